using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>What the agent may show and what the client may be given to check it by.</summary>
internal static class CertificateVariants
{
    private static readonly CertificateOptions Local = new() { CommonName = "agent", IpAddresses = ["127.0.0.1"] };

    public static IEnumerable<HealthyVariant> All =>
    [
        new("a certificate with RSA", lab => ShownAsync(lab, root => root.Issue(Local with { Key = KeyKind.Rsa2048 }))),
        new("a certificate with P-384 and SHA-384", lab => ShownAsync(lab, root => root.Issue(Local with { Key = KeyKind.EcdsaP384, SignatureHash = "SHA384" }))),
        new("a root with RSA and a certificate with P-256", lab => ShownAsync(lab, root => root.Issue(Local), new CertificateOptions { Key = KeyKind.Rsa2048 })),
        new("an intermediate sent along", lab => ShownAsync(lab, root => root.Intermediate("One").Issue(Local))),
        new("two intermediates sent along", lab => ShownAsync(lab, root => root.Intermediate("One").Intermediate("Two").Issue(Local))),
        new("the root sent along", lab => ShownAsync(lab, root => root.Issue(Local with { IncludeRoot = true }))),
        new("intermediate and root sent along", lab => ShownAsync(lab, root => root.Intermediate("One").Issue(Local with { IncludeRoot = true }))),
        new("an unrelated certificate sent along", lab => SentAsync(lab, (root, leaf) => [leaf.Certificate, lab.Certificates.Authority("Unrelated CA").Certificate])),
        new("an expired unrelated certificate sent along", lab => SentAsync(lab, (root, leaf) => [leaf.Certificate, ExpiredAuthority(lab).Certificate])),
        new("a chain sent in the wrong order", lab => SentAsync(lab, (root, leaf) => [leaf.Certificate, root.Certificate, .. leaf.Chain])),
        new("an intermediate that two roots signed, of which one is trusted", lab => CrossSignedAsync(lab, sendsBoth: false)),
        new("both forms of an intermediate that two roots signed", lab => CrossSignedAsync(lab, sendsBoth: true)),
        new("several CAs in one file", lab => TrustedAsync(lab, root => new() { CACertificate = lab.Certificates.AuthorityBundle(lab.Certificates.Authority("Before"), root, lab.Certificates.Authority("After")) })),
        new("an expired CA beside the right one", lab => TrustedAsync(lab, root => new() { CACertificate = lab.Certificates.AuthorityBundle(ExpiredAuthority(lab), root) })),
        new("the CA's predecessor of the same name beside it", lab => TrustedAsync(lab, root => new() { CACertificate = lab.Certificates.AuthorityBundle(root.Regenerate(), root) })),
        new("a CA file with comments and CRLF", lab => TrustedAsync(lab, root => new() { CACertificate = Written(root, "# our CA\r\n" + File.ReadAllText(root.CertificateFile).Replace("\n", "\r\n", StringComparison.Ordinal)) })),
        new("a CA file in DER", lab => TrustedAsync(lab, root =>
        {
            var file = root.CertificateFile + ".der";
            File.WriteAllBytes(file, root.Certificate.RawData);
            return new() { CACertificate = file };
        })),
        new("a CA folder", lab => TrustedAsync(lab, root => new() { CAPath = lab.Certificates.AuthorityFolder(lab.Certificates.Authority("Other"), root) })),
        new("a CA folder with files that are none", lab => TrustedAsync(lab, root =>
        {
            var folder = lab.Certificates.AuthorityFolder(root);
            File.WriteAllText(Path.Combine(folder, "README"), "nothing");
            return new() { CAPath = folder };
        })),
        new("the intermediate trusted, not its root", async lab =>
        {
            var intermediate = lab.Certificates.Authority().Intermediate("One");
            return await AskAsync(intermediate.Issue(Local), new ConsulSessionOptions { CACertificate = intermediate.CertificateFile });
        }),
        new("a self-signed certificate that is trusted itself", async lab =>
        {
            var itself = lab.Certificates.SelfSigned(Local);
            return await AskAsync(itself, new ConsulSessionOptions { CACertificate = itself.CertificateFile });
        }),
        new("an IPv4 address in IPv6 spelling and its certificate", lab => ShownAsync(lab, root => root.Issue(Local), host: "[::ffff:127.0.0.1]")),
        new("a certificate by DNS name", lab => ShownAsync(lab, root => root.Issue("localhost"), host: "localhost")),
        new("a certificate by DNS name in capitals", lab => ShownAsync(lab, root => root.Issue("LocalHost"), host: "localhost")),
        new("a wildcard certificate", lab => ShownAsync(lab, root => root.Issue("*.dc1.consul"), serverName: "server.dc1.consul")),
        new("a server name that is not the address", lab => ShownAsync(lab, root => root.Issue("server.dc1.consul"), serverName: "server.dc1.consul")),
        new("a server name with its final dot", lab => ShownAsync(lab, root => root.Issue("server.dc1.consul"), serverName: "server.dc1.consul.")),
        new("a server name in capitals", lab => ShownAsync(lab, root => root.Issue("server.dc1.consul"), serverName: "Server.DC1.consul")),
        new("a certificate with many names and a URI", lab => ShownAsync(lab, root => root.Issue(Local with { DnsNames = ["a.example", "*.b.example", "localhost"], IpAddresses = ["10.0.0.1", "127.0.0.1", "::1"], Uris = ["spiffe://dc1/agent"] }))),
        new("a certificate without extended key usages", lab => ShownAsync(lab, root => root.Issue(Local with { ExtendedKeyUsage = false }))),
        new("a certificate for ten years", lab => ShownAsync(lab, root => root.Issue(Local with { NotAfter = DateTimeOffset.UtcNow.AddYears(10) }), new CertificateOptions { NotAfter = DateTimeOffset.UtcNow.AddYears(12) })),
        new("a certificate that outlives its CA", lab => ShownAsync(lab, root => root.Issue(Local with { NotAfter = DateTimeOffset.UtcNow.AddYears(5) }))),
        new("a certificate made this minute", lab => ShownAsync(lab, root => root.Issue(Local with { NotBefore = DateTimeOffset.UtcNow.AddSeconds(-5) }))),
        new("a certificate with revocation and issuer URLs that nobody answers", lab => ShownAsync(lab, root => root.Issue(Local with { RevocationListUrl = "http://127.0.0.1:1/crl", IssuerUrl = "http://127.0.0.1:1/ca" }))),
        new("a CA limited to the certificate's domain", lab => ShownAsync(lab, root => root.Issue("server.dc1.consul"), new CertificateOptions { PermittedDnsDomain = "dc1.consul" }, serverName: "server.dc1.consul")),
        new("three days of life, as Consul's auto_encrypt gives its agents", lab => ShownAsync(lab, root =>
            root.Issue(Local with { NotBefore = DateTimeOffset.UtcNow.AddHours(-30), NotAfter = DateTimeOffset.UtcNow.AddHours(42), Uris = ["spiffe://11111111-2222-3333-4444-555555555555.consul/agent/client/dc/dc1/id/app"] }))),
    ];

    private static CertificateAuthority ExpiredAuthority(HealthyLab lab) =>
        lab.Certificates.Authority("Old CA", new CertificateOptions { NotBefore = DateTimeOffset.UtcNow.AddYears(-3), NotAfter = DateTimeOffset.UtcNow.AddYears(-1) });

    private static Task<ConsulDiagnosis> ShownAsync(
        HealthyLab lab, Func<CertificateAuthority, IssuedCertificate> issue, CertificateOptions? root = null, string host = "127.0.0.1", string? serverName = null)
    {
        var authority = lab.Certificates.Authority(options: root);
        return AskAsync(issue(authority), new ConsulSessionOptions { CACertificate = authority.CertificateFile, TlsServerName = serverName }, host);
    }

    private static Task<ConsulDiagnosis> TrustedAsync(HealthyLab lab, Func<CertificateAuthority, ConsulSessionOptions> trust)
    {
        var authority = lab.Certificates.Authority();
        return AskAsync(authority.Issue(Local), trust(authority));
    }

    // A Go server sends its certificate file as it is, in this order.
    private static Task<ConsulDiagnosis> SentAsync(HealthyLab lab, Func<CertificateAuthority, IssuedCertificate, IReadOnlyList<X509Certificate2>> chain)
    {
        var root = lab.Certificates.Authority();
        var leaf = root.Intermediate("One").Issue(Local);
        var sent = chain(root, leaf);
        // Without its intermediate the certificate's own issuer is trusted.
        var trusted = sent.Contains(leaf.Chain[0]) ? root : leaf.Issuer;
        var file = Written(leaf, string.Concat(sent.Select(one => one.ExportCertificatePem() + "\n")));
        return AskAsync(leaf, new ConsulSessionOptions { CACertificate = trusted.CertificateFile }, file: file);
    }

    private static Task<ConsulDiagnosis> CrossSignedAsync(HealthyLab lab, bool sendsBoth)
    {
        var (untrusted, trusted) = (lab.Certificates.Authority("Root A"), lab.Certificates.Authority("Root B"));
        var intermediate = untrusted.Intermediate("Crossed");
        var leaf = intermediate.Issue(Local);
        var request = new CertificateRequest(intermediate.Certificate.SubjectName, intermediate.Certificate.GetECDsaPrivateKey()!, HashAlgorithmName.SHA256);
        foreach (var extension in intermediate.Certificate.Extensions.Where(extension => extension is not X509AuthorityKeyIdentifierExtension)) request.CertificateExtensions.Add(extension);
        using var crossed = request.Create(
            trusted.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(trusted.Certificate.GetECDsaPrivateKey()!),
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1), RandomNumberGenerator.GetBytes(16));
        X509Certificate2[] sent = sendsBoth ? [leaf.Certificate, intermediate.Certificate, crossed] : [leaf.Certificate, crossed];
        return AskAsync(leaf, new ConsulSessionOptions { CACertificate = trusted.CertificateFile }, file: Written(leaf, string.Concat(sent.Select(one => one.ExportCertificatePem() + "\n"))));
    }

    private static string Written(IssuedCertificate beside, string text)
    {
        var file = beside.CertificateFile + ".other";
        File.WriteAllText(file, text);
        return file;
    }

    private static async Task<ConsulDiagnosis> AskAsync(IssuedCertificate shown, ConsulSessionOptions options, string host = "127.0.0.1", string? file = null)
    {
        var tls = new AgentTlsOptions(shown);
        if (file is not null) tls = tls with { CertificateFile = file };
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = tls });
        return await Diagnose.RunAsync(options with { Address = $"https://{host}:{agent.Ports.Https}" });
    }
}
