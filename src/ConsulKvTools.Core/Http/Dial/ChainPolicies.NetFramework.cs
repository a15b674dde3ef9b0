using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>How a chain of certificates is built and checked.</summary>
internal static class ChainPolicies
{
    /// <summary>
    /// .NET Framework has no custom trust: the configured certificates are offered as issuers, an unknown root is let through, and
    /// <see cref="ChainJudge"/> insists that some element is one of the configured certificates.
    /// </summary>
    public static X509ChainPolicy Create(TlsSettings settings)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = settings.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot, UrlRetrievalTimeout = TimeSpan.FromSeconds(1),
        };
        policy.ApplicationPolicy.Add(new Oid(CertificateFacts.ServerAuthentication));
        if (settings.TrustedCertificates.Count == 0) return policy;
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        foreach (var certificate in settings.TrustedCertificates) policy.ExtraStore.Add(certificate);
        return policy;
    }
}
