using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Http;

/// <summary>What a finished TLS handshake settled.</summary>
internal sealed record TlsReport
{
    /// <summary><c>TLS 1.3</c> and the like.</summary>
    public required string Protocol { get; init; }

    /// <summary>The cipher suite's IANA name, or its number in hexadecimal where the platform knows no name.</summary>
    public required string Cipher { get; init; }

    /// <summary>The protocol agreed by ALPN; null when the server does not take part, as on Consul's RPC port.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>The server's certificates as sent, leaf first.</summary>
    public required IReadOnlyList<X509Certificate2> ServerCertificates { get; init; }

    /// <summary>The server asked for a client certificate.</summary>
    public required bool ClientCertificateAsked { get; init; }

    /// <summary>One was sent.</summary>
    public required bool ClientCertificateSent { get; init; }

    /// <summary>The certificate authorities it accepts for clients, where they could be seen.</summary>
    public IReadOnlyList<string> AcceptableIssuers { get; init; } = [];
}
