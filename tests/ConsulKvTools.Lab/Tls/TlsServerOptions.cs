using System.Net.Security;
using System.Security.Authentication;

namespace ConsulKvTools.Lab;

/// <summary>How a scripted server speaks TLS.</summary>
public sealed record TlsServerOptions
{
    /// <summary>Shows this certificate and otherwise behaves.</summary>
    public TlsServerOptions(IssuedCertificate certificate) => Certificate = certificate;

    /// <summary>The certificate; the intermediates in its <see cref="IssuedCertificate.SentChain"/> go with it.</summary>
    public IssuedCertificate Certificate { get; set; }

    /// <summary>The versions it accepts; <see cref="SslProtocols.None"/> leaves that to the system.</summary>
    public SslProtocols Protocols { get; set; }

    /// <summary>The only cipher suites it accepts; empty leaves that to the system. Not on Windows.</summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; set; } = [];

    /// <summary>The authority that client certificates must come from; null asks for none.</summary>
    public CertificateAuthority? ClientAuthority { get; set; }

    /// <summary>True ends the handshake when no client certificate, or a wrong one, comes; false asks but takes anything.</summary>
    public bool RequireClientCertificate { get; set; } = true;

    /// <summary>The protocols it offers by ALPN; empty offers none.</summary>
    public IReadOnlyList<string> Alpn { get; set; } = [];

    /// <summary>What goes wrong in the handshake; null is nothing.</summary>
    public TlsFault? Fault { get; set; }
}
