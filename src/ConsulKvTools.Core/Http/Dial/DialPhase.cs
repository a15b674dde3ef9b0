namespace ConsulKvTools.Http;

/// <summary>How far one exchange with the agent got.</summary>
internal enum DialPhase
{
    /// <summary>Asking for the host's addresses.</summary>
    Name,

    /// <summary>Connecting the socket.</summary>
    Connect,

    /// <summary>Asking the proxy for a tunnel.</summary>
    Proxy,

    /// <summary>The TLS handshake, up to the proof that the client certificate was accepted.</summary>
    Tls,

    /// <summary>Sending the request: some of it may have reached the agent.</summary>
    Send,

    /// <summary>Waiting for or reading the answer.</summary>
    Receive,
}
