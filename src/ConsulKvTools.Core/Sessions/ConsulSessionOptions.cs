using System.Net;

namespace ConsulKvTools;

/// <summary>What a caller asks for explicitly. Null everywhere means: take the <c>CONSUL_*</c> environment, else the default.</summary>
public sealed record ConsulSessionOptions
{
    /// <summary><c>host:port</c>, <c>http://</c>, <c>https://</c> or <c>unix://</c>. Default <c>http://127.0.0.1:8500</c>.</summary>
    public string? Address { get; init; }

    /// <summary>The token's SecretID. Not together with <see cref="TokenFile"/>.</summary>
    public ConsulSecret? Token { get; init; }

    /// <summary>A file that holds the SecretID. Not together with <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM file of certificates to trust instead of the machine's own.</summary>
    public string? CACertificate { get; init; }

    /// <summary>Folder of such PEM files; used when <see cref="CACertificate"/> is not given.</summary>
    public string? CAPath { get; init; }

    /// <summary>PEM or PFX file, or the thumbprint of a certificate in the user's or machine's store.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>PEM file of the client certificate's private key; not needed for PFX or a thumbprint.</summary>
    public string? ClientKey { get; init; }

    /// <summary>Password of the PFX or of the encrypted key.</summary>
    public ConsulSecret? ClientCertificatePassword { get; init; }

    /// <summary>Name to ask for and to check in the agent's certificate instead of the address's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>True accepts any certificate: always reported as a finding. False insists on verification.</summary>
    public bool? SkipCertificateCheck { get; init; }

    /// <summary>True asks the agent's CA, at the address in the certificate, whether the certificate was revoked. Consul's own clients never do.</summary>
    public bool CheckRevocation { get; init; }

    /// <summary>Datacenter of every request; null means the agent's own.</summary>
    public string? Datacenter { get; init; }

    /// <summary>Enterprise namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Enterprise admin partition.</summary>
    public string? Partition { get; init; }

    /// <summary>HTTP proxy to use, loopback included.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>User and password for the proxy.</summary>
    public NetworkCredential? ProxyCredential { get; init; }

    /// <summary>True ignores every proxy setting.</summary>
    public bool NoProxy { get; init; }

    /// <summary>Time for name, TCP, tunnel and TLS of one connection together, above zero and at most one day. Default 3 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Attempts, back-off and time-outs. Default <see cref="ConsulRetryPolicy.Default"/>.</summary>
    public ConsulRetryPolicy? RetryPolicy { get; init; }

    /// <summary>Connections to the agent at most, 1 to 200. Default 64; Consul refuses more than 200 from one address.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>
    /// A file that gets a line of JSON for each write; null takes <c>CONSULKV_LOG_PATH</c>, else there is none. Several sessions and processes may
    /// share it.
    /// </summary>
    public string? LogPath { get; init; }

    /// <summary>Bytes, 65536 (64 KiB) to 1099511627776 (1 TiB), beyond which the write log is put aside as <c>x.1.log</c>. Default 10 MiB.</summary>
    public long? LogMaximumSize { get; init; }

    /// <summary>Files of the write log that are kept, the current one included, 1 to 1000. Default 5.</summary>
    public int? LogFiles { get; init; }

    /// <summary>A name for people; null makes one.</summary>
    public string? Name { get; init; }

    /// <summary>True for a session whose requests may be broken on purpose, by a fault drill. No variable of the environment says so.</summary>
    public bool AllowFaultDrill { get; init; }

    /// <summary>Authorities to trust instead of this machine's when none are given; null means this machine's.</summary>
    internal SystemTrust? SystemTrust { get; init; }

    /// <summary>Answers instead of an agent, in this process; null dials. For tests.</summary>
    internal System.Net.Http.HttpMessageHandler? Handler { get; init; }
}
