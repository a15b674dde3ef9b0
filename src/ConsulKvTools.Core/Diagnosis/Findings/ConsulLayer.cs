namespace ConsulKvTools;

/// <summary>The layers a write crosses, in the order it crosses them. An earlier layer explains what fails in a later one.</summary>
public enum ConsulLayer
{
    /// <summary>What the client was told: address, token, files, variables.</summary>
    Configuration,

    /// <summary>The machine the client runs on.</summary>
    Host,

    /// <summary>Turning the host name into addresses.</summary>
    Name,

    /// <summary>TCP or unix socket, and the proxy on the way.</summary>
    Transport,

    /// <summary>The TLS handshake and both certificates.</summary>
    Tls,

    /// <summary>Whether a Consul HTTP API answers there.</summary>
    Http,

    /// <summary>The agent's own limits and settings.</summary>
    Agent,

    /// <summary>Leader, quorum, RPC between agents, storage.</summary>
    Cluster,

    /// <summary>Whether the token may do this to this key.</summary>
    Acl,

    /// <summary>The key, the value and the request's parameters.</summary>
    Key,

    /// <summary>Check-and-set, locks, transactions and what became of the write.</summary>
    Write,
}
