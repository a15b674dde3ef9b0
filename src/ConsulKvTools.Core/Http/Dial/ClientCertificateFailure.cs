using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>
/// Why a server that asked for a client certificate hung up. Older Consul answers the same alert (42) for every reason, so the
/// certificate is judged here first: what is certain locally beats what the alert says.
/// </summary>
internal static class ClientCertificateFailure
{
    public static string CodeOf(TlsSettings settings, IReadOnlyList<string> acceptableIssuers, int? alert)
    {
        if (settings.ClientCertificate is not { } certificate) return "Tls.ClientCertificateRequired";
        return LocalDefect(certificate, DateTime.UtcNow)
            ?? (IsForeign(settings, certificate, acceptableIssuers) ? "Tls.ClientCertificateUnknownCa" : null)
            ?? alert switch
            {
                TlsAlert.CertificateExpired => "Tls.ClientCertificateExpired",
                TlsAlert.UnsupportedCertificate => "Tls.ClientCertificateNotForClientAuth",
                TlsAlert.CertificateRevoked => "Tls.ClientCertificateRevoked",
                TlsAlert.AccessDenied => "Tls.ClientCertificateDenied",
                TlsAlert.UnknownCa => "Tls.ClientCertificateUnknownCa",
                _ => "Tls.ClientCertificateRejected",
            };
    }

    /// <summary>What is wrong with the certificate whoever the server is; null when nothing.</summary>
    public static string? LocalDefect(X509Certificate2 certificate, DateTime utcNow) =>
        // .NET then sends an empty list and says nothing.
        !certificate.HasPrivateKey ? "Tls.ClientCertificateNoPrivateKey"
        : certificate.NotAfter.ToUniversalTime() < utcNow ? "Tls.ClientCertificateExpired"
        : certificate.NotBefore.ToUniversalTime() > utcNow ? "Tls.ClientCertificateNotYetValid"
        : !CertificateFacts.Allows(certificate, CertificateFacts.ClientAuthentication) ? "Tls.ClientCertificateNotForClientAuth"
        : null;

    /// <summary>The server said whom it accepts, and neither the certificate nor what is sent along with it comes from there.</summary>
    public static bool IsForeign(TlsSettings settings, X509Certificate2 certificate, IReadOnlyList<string> acceptableIssuers) =>
        acceptableIssuers.Count > 0
        && !acceptableIssuers.Contains(certificate.Issuer) && !acceptableIssuers.Contains(certificate.Subject)
        && !settings.ClientCertificateChain.Any(one => acceptableIssuers.Contains(one.Issuer));

    /// <summary>The evidence of such a failure.</summary>
    public static (string, object?)[] Evidence(TlsSettings settings, IReadOnlyList<string> acceptableIssuers, int? alert) =>
    [
        ("subject", settings.ClientCertificate?.Subject), ("issuer", settings.ClientCertificate?.Issuer),
        ("notBefore", settings.ClientCertificate?.NotBefore.ToUniversalTime()),
        ("notAfter", settings.ClientCertificate?.NotAfter.ToUniversalTime()),
        ("days", settings.ClientCertificate is { } certificate ? (int)Math.Abs((DateTime.UtcNow - certificate.NotAfter.ToUniversalTime()).TotalDays) : null),
        ("names", acceptableIssuers.Count == 0 ? null : string.Join("; ", acceptableIssuers)),
        ("alert", alert is { } number ? TlsAlert.Describe(number) : null),
    ];
}
