namespace ConsulKvTools.Lab;

/// <summary>Which agent a <see cref="ScriptedConsul"/> imitates.</summary>
public sealed record ScriptedConsulOptions
{
    /// <summary>The version it says it is.</summary>
    public string Version { get; set; } = "1.22.2";

    /// <summary>The datacenter.</summary>
    public string Datacenter { get; set; } = "dc1";

    /// <summary>True enforces ACLs with default policy deny.</summary>
    public bool Acl { get; set; }

    /// <summary>True for a server, false for a client agent.</summary>
    public bool Server { get; set; } = true;

    /// <summary>The most bytes a value may have.</summary>
    public long MaxValueSize { get; set; } = 524288;

    /// <summary>How it speaks TLS; null is plain HTTP.</summary>
    public TlsServerOptions? Tls { get; set; }

    /// <summary>The address to listen on; null is 127.0.0.1.</summary>
    public System.Net.IPAddress? ListenOn { get; set; }
}
