namespace ConsulKvTools.Lab;

/// <summary>How a TLS handshake goes wrong.</summary>
public sealed record TlsFault
{
    private TlsFault(TlsFaultKind kind) => Kind = kind;

    /// <summary>Reads the ClientHello, then closes (FIN).</summary>
    public static TlsFault CloseAtClientHello { get; } = new(TlsFaultKind.Close);

    /// <summary>Reads the ClientHello, then resets (RST).</summary>
    public static TlsFault ResetAtClientHello { get; } = new(TlsFaultKind.Reset);

    /// <summary>Reads the ClientHello and never answers.</summary>
    public static TlsFault Silence { get; } = new(TlsFaultKind.Silence);

    /// <summary>Sends the ServerHello record and nothing after it.</summary>
    public static TlsFault StallAfterServerHello { get; } = new(TlsFaultKind.StallAfterServerHello);

    /// <summary>Sends the ServerHello record, then closes (FIN).</summary>
    public static TlsFault CloseAfterServerHello { get; } = new(TlsFaultKind.CloseAfterServerHello);

    /// <summary>Sends the ServerHello record, then resets (RST).</summary>
    public static TlsFault ResetAfterServerHello { get; } = new(TlsFaultKind.ResetAfterServerHello);

    /// <summary>Turns over one bit near the end of the server's first flight.</summary>
    public static TlsFault FlipBit { get; } = new(TlsFaultKind.FlipBit);

    /// <summary>Resets connections that ask for a server name (SNI); without one all is well.</summary>
    public static TlsFault ResetOnServerName { get; } = new(TlsFaultKind.ResetOnServerName);

    internal TlsFaultKind Kind { get; }

    internal int Number { get; private init; }

    internal bool Fatal { get; private init; }

    /// <summary>Answers the ClientHello with an alert in clear text.</summary>
    /// <param name="number">The alert's number: 40 handshake_failure, 42 bad_certificate, 70 protocol_version, 112 unrecognized_name, …</param>
    /// <param name="fatal">False sends a warning, after which the connection is closed all the same.</param>
    public static TlsFault Alert(int number, bool fatal = true) => new(TlsFaultKind.Alert) { Number = number, Fatal = fatal };

    /// <summary>
    /// Plays a server that knows one version only: answers a ClientHello that offers it with a ServerHello of that version and then
    /// stalls, any other with an alert. Enough for a client that asks which versions there are; no handshake is ever finished.
    /// </summary>
    /// <param name="version">0x0301 is TLS 1.0, 0x0302 TLS 1.1.</param>
    public static TlsFault OnlyVersion(int version) => new(TlsFaultKind.OnlyVersion) { Number = version };
}

internal enum TlsFaultKind
{
    Close,
    Reset,
    Silence,
    Alert,
    OnlyVersion,
    ResetOnServerName,
    StallAfterServerHello,
    CloseAfterServerHello,
    ResetAfterServerHello,
    FlipBit,
}
