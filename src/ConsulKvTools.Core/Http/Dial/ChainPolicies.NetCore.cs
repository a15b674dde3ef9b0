using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>How a chain of certificates is built and checked.</summary>
internal static class ChainPolicies
{
    /// <summary>
    /// Trusts the configured certificates, else the machine's; fetches no certificate from the network, and a revocation list only when
    /// the session asks for it: an address in a certificate that does not answer would cost every connection 15 s.
    /// </summary>
    public static X509ChainPolicy Create(TlsSettings settings)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = settings.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot, UrlRetrievalTimeout = TimeSpan.FromSeconds(1), DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(CertificateFacts.ServerAuthentication));
        if (settings.TrustedCertificates.Count == 0) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        foreach (var certificate in settings.TrustedCertificates) policy.CustomTrustStore.Add(certificate);
        return policy;
    }
}
