using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Sessions;

/// <summary>How the client checks the agent's certificate and what it shows of its own.</summary>
internal sealed record TlsSettings
{
    /// <summary>Certificates to trust instead of the machine's own; empty means the machine's.</summary>
    public IReadOnlyList<X509Certificate2> TrustedCertificates { get; init; } = [];

    /// <summary>Where the trusted certificates came from (a file or folder); null for the machine's own.</summary>
    public string? TrustSource { get; init; }

    /// <summary>The client's certificate, with or without its private key; null sends none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Intermediates sent along with the client certificate.</summary>
    public IReadOnlyList<X509Certificate2> ClientCertificateChain { get; init; } = [];

    /// <summary>Name to ask for and to check instead of the address's host; null uses the host.</summary>
    public string? ServerName { get; init; }

    /// <summary>True accepts any certificate: asked for explicitly, and always reported.</summary>
    public bool SkipVerification { get; init; }

    /// <summary>True asks the addresses in the certificates whether they were revoked, on every new connection.</summary>
    public bool CheckRevocation { get; init; }
}
