using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

public sealed class CertificateLabTests : IDisposable
{
    private readonly CertificateLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void A_sound_chain_is_valid_with_its_intermediate_and_partial_without()
    {
        var root = _lab.Authority();
        var leaf = root.Intermediate("Lab Intermediate").Issue("localhost", "127.0.0.1");
        Assert.Empty(Judge(leaf, root, leaf.Chain));
        Assert.Contains(X509ChainStatusFlags.PartialChain, Judge(leaf, root, []));
        Assert.Equal(2, File.ReadAllText(leaf.CertificateFile).Split("BEGIN CERTIFICATE").Length - 1);
        var names = leaf.Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Equal("127.0.0.1", Assert.Single(names.EnumerateIPAddresses()).ToString());
        using var pfx = X509CertificateLoader.LoadPkcs12FromFile(leaf.PfxFile, IssuedCertificate.PfxPassword);
        Assert.True(pfx.HasPrivateKey);
        using var pem = X509Certificate2.CreateFromPemFile(leaf.CertificateFile, leaf.KeyFile);
        Assert.True(pem.HasPrivateKey);
    }

    [Fact]
    public void Each_fault_is_the_one_asked_for()
    {
        var now = DateTimeOffset.UtcNow;
        var root = _lab.Authority();
        Has(X509ChainStatusFlags.NotTimeValid, root, root.Issue(new CertificateOptions { DnsNames = ["a"], NotAfter = now.AddDays(-1) }));
        Has(X509ChainStatusFlags.NotTimeValid, root, root.Issue(new CertificateOptions { DnsNames = ["a"], NotBefore = now.AddDays(1) }));
        Has(X509ChainStatusFlags.NotTimeValid, root, root.Intermediate("Old", new() { NotAfter = now.AddDays(-1) }).Issue("a"));
        Has(X509ChainStatusFlags.InvalidBasicConstraints, root, root.Intermediate("No CA", new() { IsAuthority = false }).Issue("a"));
        Has(X509ChainStatusFlags.HasNotPermittedNameConstraint, root, root.Intermediate("Narrow", new() { PermittedDnsDomain = "b.test" }).Issue("a.test"));
        Has(X509ChainStatusFlags.NotValidForUsage, root, root.Issue(new CertificateOptions { DnsNames = ["a"], ServerAuth = false }));
        Has(X509ChainStatusFlags.HasNotSupportedCriticalExtension, root, root.Issue(new CertificateOptions { DnsNames = ["a"], UnknownCriticalExtension = true }));
        Has(X509ChainStatusFlags.UntrustedRoot, root, _lab.SelfSigned("a"));

        var anew = root.Regenerate();
        Assert.Equal(root.Certificate.Subject, anew.Certificate.Subject);
        Has(X509ChainStatusFlags.PartialChain, root, anew.Issue("a"));

        var old = _lab.Authority("Old root", new() { NotAfter = now.AddDays(-1) });
        Has(X509ChainStatusFlags.NotTimeValid, old, old.Issue("a"));
        var weak = root.Issue(new CertificateOptions { DnsNames = ["a"], Key = KeyKind.Rsa1024 });
        Assert.Equal(1024, weak.Certificate.GetRSAPublicKey()!.KeySize);
        var bare = root.Issue(new CertificateOptions { CommonName = "only.cn" });
        Assert.Empty(bare.Certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>());
    }

    [Fact]
    public void Disposing_removes_the_files()
    {
        var lab = new CertificateLab();
        var folder = lab.AuthorityFolder(lab.Authority("A"), lab.Authority("B"));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
        lab.Dispose();
        Assert.False(Directory.Exists(lab.Folder));
    }

    private static void Has(X509ChainStatusFlags fault, CertificateAuthority root, IssuedCertificate leaf) =>
        Assert.Contains(fault, Judge(leaf, root, leaf.Chain));

    private static X509ChainStatusFlags[] Judge(IssuedCertificate leaf, CertificateAuthority root, IEnumerable<X509Certificate2> extra)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                CustomTrustStore = { root.Certificate },
                ApplicationPolicy = { new("1.3.6.1.5.5.7.3.1") },
            },
        };
        chain.ChainPolicy.ExtraStore.AddRange(extra.ToArray());
        chain.Build(leaf.Certificate);
        return [.. chain.ChainStatus.Select(s => s.Status)];
    }
}
