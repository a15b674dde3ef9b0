using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>Why a chain does not end in a certificate that is trusted.</summary>
internal static class ChainTrust
{
    // `consul tls ca create` and the agents' built-in CA name their self-signed roots so, and they sign servers directly.
    private static readonly string[] ConsulRoots = ["CN=Consul Agent CA", "CN=Consul CA"];

    /// <param name="chain">The chain as far as it could be built, leaf first.</param>
    /// <param name="settings">What is trusted.</param>
    public static ChainFault Explain(IReadOnlyList<X509Certificate2> chain, TlsSettings settings)
    {
        var top = chain[chain.Count - 1];
        var evidence = ChainJudge.Of(top, ("source", settings.TrustSource), ("names", NamesOf(settings)), ("count", chain.Count));
        return new ChainFault(CodeFor(chain, top, settings.TrustedCertificates), evidence);
    }

    private static string CodeFor(IReadOnlyList<X509Certificate2> chain, X509Certificate2 top, IReadOnlyList<X509Certificate2> anchors)
    {
        // Same name, other key: an AKI that points elsewhere, or a root that is not the one in the file.
        var namesakes = anchors.Where(trusted => CertificateFacts.SameName(trusted.SubjectName, top.IssuerName)).ToArray();
        if (namesakes.Length > 0)
        {
            // The very key that is said to have signed, and yet no chain: either it may not sign, or the signature is not its own.
            return namesakes.FirstOrDefault(trusted => CertificateFacts.IsKeyOf(trusted, top)) is not { } named ? "Tls.CaRegenerated"
                : CertificateFacts.MaySignCertificates(named) ? "Tls.SignatureInvalid" : "Tls.IssuerNotACa";
        }
        if (CertificateFacts.IsSelfIssued(top)) return chain.Count == 1 ? "Tls.SelfSigned" : "Tls.UnknownCa";
        if (CertificateFacts.IssuerOfIssuer(top) is { } grandparent)
        {
            if (CertificateFacts.SameName(grandparent, top.IssuerName)) return "Tls.UnknownCa";
            if (anchors.Any(trusted => CertificateFacts.SameName(trusted.SubjectName, grandparent))) return "Tls.IncompleteChain";
        }
        // With no CA configured the plain reading is that a private CA has to be; with one configured, a missing intermediate and a
        // foreign CA look alike, unless Consul's own naming tells that the issuer is a root.
        return anchors.Count == 0 || ConsulRoots.Any(name => top.Issuer.StartsWith(name, StringComparison.Ordinal))
            ? "Tls.UnknownCa" : "Tls.IssuerNotFound";
    }

    private static string NamesOf(TlsSettings settings) => settings.TrustedCertificates.Count == 0
        ? "the machine's own certificate authorities"
        : string.Join("; ", settings.TrustedCertificates.Select(trusted => trusted.Subject));
}
