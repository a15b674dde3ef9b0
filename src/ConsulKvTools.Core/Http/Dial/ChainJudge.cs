using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>
/// An own verdict on the server's certificates. SslStream says only "remote certificate chain errors"; this says which certificate,
/// what is wrong with it and what would mend it, and accepts what Go accepts: any configured certificate ends a chain, be it a root or
/// an intermediate.
/// </summary>
internal static class ChainJudge
{
    private const X509ChainStatusFlags NameConstraints = X509ChainStatusFlags.HasNotPermittedNameConstraint
        | X509ChainStatusFlags.HasExcludedNameConstraint | X509ChainStatusFlags.HasNotDefinedNameConstraint
        | X509ChainStatusFlags.HasNotSupportedNameConstraint | X509ChainStatusFlags.InvalidNameConstraints;

    private const X509ChainStatusFlags RevocationUnknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    private const X509ChainStatusFlags Untrusted = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <summary>Judges the certificates as sent, leaf first, for this host name or address.</summary>
    public static ChainVerdict Judge(IReadOnlyList<X509Certificate2> sent, TlsSettings settings, string host, DateTime utcNow)
    {
        var verdict = JudgeOnce(sent, settings, host, utcNow);
        // The platform follows one issuer of a name and does not turn back; where a CA was signed twice, the other one may lead to trust.
        if (verdict.Accepted || TrustedPath.Find(sent, settings.TrustedCertificates) is not { } path) return verdict;
        return JudgeOnce(path, settings, host, utcNow) is { Accepted: true } other ? other : verdict;
    }

    private static ChainVerdict JudgeOnce(IReadOnlyList<X509Certificate2> sent, TlsSettings settings, string host, DateTime utcNow)
    {
        using var chain = new X509Chain { ChainPolicy = ChainPolicies.Create(settings) };
        foreach (var certificate in sent.Skip(1)) chain.ChainPolicy.ExtraStore.Add(certificate);
        var valid = chain.Build(sent[0]);
        var elements = new List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)>();
        foreach (var element in chain.ChainElements)
            elements.Add((element.Certificate, element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)));

        var anchors = settings.TrustedCertificates;
        var anchor = elements.FindIndex(element => anchors.Any(trusted => CertificateFacts.SameBytes(trusted, element.Certificate)));
        // What lies above a configured certificate does not matter.
        if (anchor >= 0) elements.RemoveRange(anchor + 1, elements.Count - anchor - 1);
        var isTrusted = anchors.Count > 0 ? anchor >= 0 : elements.TrueForAll(element => (element.Flags & Untrusted) == 0);

        var faults = new List<ChainFault>();
        var remarks = new List<ChainFault>();
        if (!isTrusted) faults.Add(ChainTrust.Explain(elements.ConvertAll(element => element.Certificate), settings));
        AddSignature(elements, settings, isTrusted, faults);
        AddTime(elements, settings, isTrusted, utcNow, faults);
        AddUsage(elements, faults, remarks);
        AddName(sent[0], host, faults, remarks);
        AddStrength(elements, faults, remarks);
        if (isTrusted) AddMissing(elements, sent, anchors, remarks);
        if (settings.CheckRevocation && elements.Find(element => (element.Flags & RevocationUnknown) != 0) is { Certificate: { } unasked })
            remarks.Add(new ChainFault("Tls.RevocationUnavailable", Of(unasked)));
        if (anchor > 0 && !CertificateFacts.IsSelfIssued(elements[anchor].Certificate))
            remarks.Add(new ChainFault("Tls.AnchorIsIntermediate", Of(elements[anchor].Certificate, ("source", settings.TrustSource))));
        if (!valid && faults.Count == 0 && elements.Find(element => IsUnexplained(element.Flags, anchor >= 0)) is { Certificate: { } odd } other)
            faults.Add(new ChainFault("Tls.UnknownCa", Of(odd, ("problem", other.Flags.ToString()))));
        return new ChainVerdict(faults, remarks);
    }

    /// <summary>The evidence that every finding about one certificate carries.</summary>
    public static (string, object?)[] Of(X509Certificate2 certificate, params (string, object?)[] more) =>
        [("subject", certificate.Subject), ("issuer", certificate.Issuer), ("datacenter", CertificateFacts.DatacenterOf(certificate)), .. more];

    private static void AddSignature(
        List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)> elements, TlsSettings settings, bool isTrusted, List<ChainFault> faults)
    {
        for (var i = 0; i < elements.Count; i++)
        {
            if ((elements[i].Flags & X509ChainStatusFlags.NotSignatureValid) == 0) continue;
            // A CA made anew under the old name looks like a forged signature to whoever matches issuers by name alone; the key's name tells.
            var signed = elements[i].Certificate;
            var sameName = settings.TrustedCertificates.Any(trusted =>
                CertificateFacts.SameName(trusted.SubjectName, signed.IssuerName) && !CertificateFacts.IsKeyOf(trusted, signed));
            if (sameName && !isTrusted) continue;
            faults.Add(new ChainFault(
                sameName ? "Tls.CaRegenerated" : "Tls.SignatureInvalid", Of(elements[i].Certificate, ("source", settings.TrustSource))));
            return;
        }
    }

    private static void AddTime(
        List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)> elements, TlsSettings settings, bool isTrusted, DateTime utcNow, List<ChainFault> faults)
    {
        for (var i = 0; i < elements.Count; i++)
        {
            var certificate = elements[i].Certificate;
            var end = certificate.NotAfter.ToUniversalTime();
            var start = certificate.NotBefore.ToUniversalTime();
            if (end < utcNow)
            {
                var isRoot = i > 0 && i == elements.Count - 1 && (isTrusted || CertificateFacts.IsSelfIssued(certificate));
                faults.Add(new ChainFault(
                    i == 0 ? "Tls.CertificateExpired" : isRoot ? "Tls.RootExpired" : "Tls.IntermediateExpired",
                    Of(certificate, ("notAfter", end), ("days", (int)(utcNow - end).TotalDays), ("file", isRoot && isTrusted ? settings.TrustSource : null))));
            }
            if (start > utcNow)
                faults.Add(new ChainFault("Tls.CertificateNotYetValid",
                    Of(certificate, ("notBefore", start), ("days", (int)(start - utcNow).TotalDays))));
        }
    }

    private static void AddUsage(
        List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)> elements, List<ChainFault> faults, List<ChainFault> remarks)
    {
        for (var i = 0; i < elements.Count; i++)
        {
            var (certificate, flags) = elements[i];
            // A trusted root of the first certificate version has no basic constraints, and needs none.
            var isIssuer = i > 0 && !CertificateFacts.IsSelfIssued(certificate);
            var tooDeep = i > 0 && CertificateFacts.PathLength(certificate) is { } depth && elements.Take(i).Skip(1).Count(below => !CertificateFacts.IsSelfIssued(below.Certificate)) > depth;
            if (tooDeep)
                faults.Add(new ChainFault("Tls.PathTooLong", Of(certificate, ("limit", CertificateFacts.PathLength(certificate)), ("count", i - 1))));
            else if (isIssuer && !CertificateFacts.IsAuthority(certificate) || (flags & X509ChainStatusFlags.InvalidBasicConstraints) != 0 && !elements.Exists(one => CertificateFacts.PathLength(one.Certificate) is not null))
                faults.Add(new ChainFault("Tls.IssuerNotACa", Of(certificate)));
            if ((flags & NameConstraints) != 0)
                faults.Add(new ChainFault("Tls.NameConstraintViolated", Of(certificate, ("names", CertificateFacts.DescribeNames(elements[0].Certificate)))));
            if ((flags & X509ChainStatusFlags.HasNotSupportedCriticalExtension) != 0)
                faults.Add(new ChainFault("Tls.UnsupportedCriticalExtension", Of(certificate)));
            if ((flags & X509ChainStatusFlags.Revoked) != 0)
                faults.Add(new ChainFault("Tls.CertificateRevoked", Of(certificate)));
        }

        var leaf = elements[0].Certificate;
        var forServers = CertificateFacts.Allows(leaf, CertificateFacts.ServerAuthentication);
        var keySigns = CertificateFacts.KeyUsage(leaf) is not { } usage || (usage & X509KeyUsageFlags.DigitalSignature) != 0;
        if (!forServers)
            faults.Add(new ChainFault("Tls.CertificateNotForServerAuth", Of(leaf)));
        else if (elements.Find(element => (element.Flags & X509ChainStatusFlags.NotValidForUsage) != 0) is { Certificate: { } wrong })
            faults.Add(new ChainFault(keySigns ? "Tls.CertificateNotForServerAuth" : "Tls.CertificateKeyUsage", Of(wrong)));
        else if (!keySigns)
            // OpenSSL lets this pass under TLS 1.3; other clients do not.
            remarks.Add(new ChainFault("Tls.CertificateKeyUsage", Of(leaf)));
    }

    private static void AddName(X509Certificate2 leaf, string host, List<ChainFault> faults, List<ChainFault> remarks)
    {
        if (NameJudge.CodeFor(leaf, host) is not { } code) return;
        var fault = new ChainFault(code, Of(leaf, ("host", host), ("names", CertificateFacts.DescribeNames(leaf))));
        (code == "Tls.CommonNameOnly" ? remarks : faults).Add(fault);
    }

    private static void AddStrength(
        List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)> elements, List<ChainFault> faults, List<ChainFault> remarks)
    {
        foreach (var (certificate, flags) in elements)
        {
            if (CertificateFacts.WeakKeyBits(certificate) is { } bits)
                remarks.Add(new ChainFault("Tls.CertificateWeakKey", Of(certificate, ("value", bits))));
            var refused = (flags & X509ChainStatusFlags.HasWeakSignature) != 0;
            // Nobody checks a root's signature on itself.
            var weak = CertificateFacts.IsSelfIssued(certificate) && elements.Count > 1 ? null : CertificateFacts.WeakSignature(certificate);
            if (refused || weak is not null)
                (refused ? faults : remarks).Add(new ChainFault("Tls.CertificateWeakSignature", Of(certificate, ("value", weak))));
        }
    }

    // The chain holds, but only because an intermediate was found on this machine (.NET keeps every one it ever fetched): other
    // machines will not have it.
    private static void AddMissing(
        List<(X509Certificate2 Certificate, X509ChainStatusFlags Flags)> elements,
        IReadOnlyList<X509Certificate2> sent, IReadOnlyList<X509Certificate2> anchors, List<ChainFault> remarks)
    {
        for (var i = 1; i < elements.Count; i++)
        {
            var certificate = elements[i].Certificate;
            if (anchors.Count == 0 && i == elements.Count - 1) break;
            if (sent.Any(one => CertificateFacts.SameBytes(one, certificate)) || anchors.Any(one => CertificateFacts.SameBytes(one, certificate))) continue;
            remarks.Add(new ChainFault("Tls.IncompleteChain", Of(certificate)));
            return;
        }
    }

    private static bool IsUnexplained(X509ChainStatusFlags flags, bool anchored)
    {
        var ignored = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested | RevocationUnknown | (anchored ? Untrusted : 0);
        return (flags & ~ignored) != 0;
    }
}
