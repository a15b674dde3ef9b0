using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Tests.Transport;

/// <summary>What may be wrong with a server's certificates, shown by a real server to a real client.</summary>
public sealed class ServerCertificateTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    private readonly CertificateLab lab = certificates.Lab;
    private readonly CertificateAuthority root = certificates.Root;

    private static CertificateOptions Loopback => new() { CommonName = "leaf", IpAddresses = ["127.0.0.1"] };

    private static DateTimeOffset Past => DateTimeOffset.UtcNow.AddDays(-5);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Expired(string version)
    {
        using var server = new OpenSslServer([.. certificates.Serve(root.Issue(Loopback with { NotAfter = Past })), version]);
        var failure = await Targets.Tls(server.Port, root).FailsWithAsync("Tls.CertificateExpired");
        Assert.Equal(5, failure.ToFinding().Evidence["days"]);
        Assert.Equal("CN=leaf", failure.ToFinding().Evidence["subject"]);
    }

    [Fact]
    public async Task Not_yet_valid() =>
        await NamesAsync("Tls.CertificateNotYetValid", root.Issue(Loopback with { NotBefore = DateTimeOffset.UtcNow.AddDays(3) }));

    [Fact]
    public async Task For_another_host()
    {
        using var server = new OpenSslServer(certificates.Serve(root.Issue("a.example", "b.example")));
        var failure = await Targets.Tls(server.Port, root).Named("localhost").FailsWithAsync("Tls.HostNameMismatch");
        Assert.Equal("DNS:a.example, DNS:b.example", failure.ToFinding().Evidence["names"]);
    }

    [Fact]
    public async Task Address_not_named() => await NamesAsync("Tls.IpSanMissing", root.Issue("localhost"));

    [Fact]
    public async Task Address_written_as_a_name() => await NamesAsync("Tls.IpInDnsSan", root.Issue(new CertificateOptions { CommonName = "x", IpAddressesAsDnsNames = ["127.0.0.1"] }));

    [Fact]
    public async Task Wildcard_for_one_label_only()
    {
        using var server = new OpenSslServer(certificates.Serve(root.Issue("*.dc1.consul")));
        var target = Targets.Tls(server.Port, root);
        await (target with { Tls = target.Tls with { ServerName = "a.b.dc1.consul" } }).FailsWithAsync("Tls.WildcardDepth");
        using var fits = await (target with { Tls = target.Tls with { ServerName = "a.dc1.consul" } }).DialAsync();
    }

    [Fact]
    public async Task Common_name_only_is_accepted_and_remarked()
    {
        var leaf = root.Issue(new CertificateOptions { CommonName = "127.0.0.1" });
        using var server = new OpenSslServer(certificates.Serve(leaf));
        await Probing.ListsAsync("Tls.CommonNameOnly", Probing.Options("https", server.Port, root));
    }

    [Fact]
    public async Task Self_signed() => await NamesAsync("Tls.SelfSigned", lab.SelfSigned("127.0.0.1"));

    [Fact]
    public async Task Self_signed_and_trusted()
    {
        var own = lab.SelfSigned("127.0.0.1");
        using var server = new OpenSslServer(certificates.Serve(own));
        using var connection = await Targets.Tls(server.Port, own).DialAsync();
    }

    [Fact]
    public async Task Unknown_authority_that_is_sent_along()
    {
        var other = lab.Authority("Other Root");
        var leaf = other.Issue("127.0.0.1");
        var bundle = Path.Combine(lab.Folder, "with-root.pem");
        File.WriteAllText(bundle, File.ReadAllText(leaf.CertificateFile) + File.ReadAllText(other.CertificateFile));
        using var server = new OpenSslServer("-cert", leaf.CertificateFile, "-key", leaf.KeyFile, "-cert_chain", bundle);
        await Targets.Tls(server.Port, root).FailsWithAsync("Tls.UnknownCa");
    }

    [Fact]
    public async Task No_authority_configured_for_a_private_one() =>
        await NamesAsync("Tls.UnknownCa", root.Issue("127.0.0.1"), trusted: []);

    [Fact]
    public async Task Wrong_authority_for_a_certificate_of_Consuls_own() =>
        await NamesAsync("Tls.UnknownCa", lab.Authority("Consul Agent CA 12345").Issue("127.0.0.1"));

    [Fact]
    public async Task Issuer_that_nobody_shows() =>
        await NamesAsync("Tls.IssuerNotFound", root.Intermediate("Hidden").Issue(Loopback with { IncludeChain = false }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Authority_made_anew(bool rootSent)
    {
        var again = root.Regenerate();
        var leaf = again.Issue("127.0.0.1");
        var bundle = Path.Combine(lab.Folder, $"regenerated-{rootSent}.pem");
        File.WriteAllText(bundle, File.ReadAllText(leaf.CertificateFile) + (rootSent ? File.ReadAllText(again.CertificateFile) : ""));
        using var server = new OpenSslServer("-cert", leaf.CertificateFile, "-key", leaf.KeyFile, "-cert_chain", bundle);
        await Targets.Tls(server.Port, root).FailsWithAsync("Tls.CaRegenerated");
    }

    [Fact]
    public async Task Intermediate_expired() => await NamesAsync("Tls.IntermediateExpired", root.Intermediate("Old Intermediate", new CertificateOptions { NotAfter = Past }).Issue("127.0.0.1"));

    [Fact]
    public async Task Root_expired()
    {
        var old = lab.Authority("Old Root", new CertificateOptions { NotAfter = Past });
        await NamesAsync("Tls.RootExpired", old.Issue("127.0.0.1"), trusted: [old]);
    }

    [Fact]
    public async Task Issuer_that_is_no_authority() => await NamesAsync("Tls.IssuerNotACa", root.Intermediate("No Authority", new CertificateOptions { IsAuthority = false }).Issue("127.0.0.1"));

    [Fact]
    public async Task Name_constraint()
    {
        var narrow = root.Intermediate("Narrow", new CertificateOptions { PermittedDnsDomain = "allowed.example" });
        using var server = new OpenSslServer(certificates.Serve(narrow.Issue("localhost")));
        await Targets.Tls(server.Port, root).Named("localhost").FailsWithAsync("Tls.NameConstraintViolated");
    }

    [Fact]
    public async Task Client_certificate_on_the_server() => await NamesAsync("Tls.CertificateNotForServerAuth", root.Issue(Loopback with { ServerAuth = false }));

    [Fact]
    public async Task Critical_extension_that_nobody_knows() => await NamesAsync("Tls.UnsupportedCriticalExtension", root.Issue(Loopback with { UnknownCriticalExtension = true }));

    [Fact]
    public async Task Key_usage_without_signatures_is_remarked()
    {
        using var server = new OpenSslServer(certificates.Serve(root.Issue(Loopback with { Key = KeyKind.Rsa2048, KeyUsage = X509KeyUsageFlags.KeyEncipherment })));
        await Probing.ListsAsync("Tls.CertificateKeyUsage", Probing.Options("https", server.Port, root));
    }

    [Fact]
    public async Task Weak_key_and_weak_signature_are_remarked()
    {
        // .NET refuses to sign with SHA-1 at all.
        var file = Path.Combine(lab.Folder, "weak.pem");
        var key = Path.Combine(lab.Folder, "weak.key");
        OpenSsl("req", "-x509", "-newkey", "rsa:1024", "-sha1", "-nodes", "-keyout", key, "-out", file, "-subj", "/CN=weak",
            "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30");
        var weak = X509CertificateLoader.LoadCertificateFromFile(file);
        var verdict = ChainJudge.Judge([weak], new TlsSettings { TrustedCertificates = [weak] }, "127.0.0.1", DateTime.UtcNow);
        Assert.Equal(["Tls.CertificateWeakKey", "Tls.CertificateWeakSignature"], verdict.Remarks.Select(remark => remark.Code));

        using var server = new OpenSslServer("-cert", file, "-key", key, "-cipher", "DEFAULT@SECLEVEL=0");
        var options = Probing.Options("https", server.Port) with { CACertificate = file };
        await Probing.ListsAsync("Tls.CertificateWeakKey", options);
        await Probing.ListsAsync("Tls.CertificateWeakSignature", options);
    }

    [Fact]
    public async Task Intermediate_as_anchor_is_remarked()
    {
        var intermediate = root.Intermediate("Anchor");
        using var server = new OpenSslServer(certificates.Serve(intermediate.Issue("127.0.0.1")));
        await Probing.ListsAsync("Tls.AnchorIsIntermediate", Probing.Options("https", server.Port, intermediate));
    }

    [Fact]
    public async Task Signature_that_is_damaged()
    {
        var leaf = root.Issue(Loopback);
        var bytes = leaf.Certificate.RawData;
        bytes[^3] ^= 0x10;
        var file = Path.Combine(lab.Folder, "damaged.pem");
        File.WriteAllText(file, System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", bytes));
        using var server = new OpenSslServer("-cert", file, "-key", leaf.KeyFile);
        await Probing.NamesAsync("Tls.SignatureInvalid", Probing.Options("https", server.Port, root));
    }

    [Fact]
    public async Task Authority_whose_key_may_not_sign()
    {
        var mute = lab.Authority("Mute Root", new CertificateOptions { KeyUsage = X509KeyUsageFlags.CrlSign });
        await NamesAsync("Tls.IssuerNotACa", mute.Issue("127.0.0.1"), [mute]);
    }

    [Fact]
    public async Task More_authorities_in_the_chain_than_one_of_them_allows()
    {
        var shallow = root.Intermediate("Shallow", new CertificateOptions { PathLength = 0 });
        using var server = new OpenSslServer(certificates.Serve(shallow.Intermediate("One Too Many").Issue("127.0.0.1")));
        await Probing.NamesAsync("Tls.PathTooLong", Probing.Options("https", server.Port, root));
    }

    [Fact]
    public async Task As_many_authorities_as_are_allowed()
    {
        var shallow = root.Intermediate("Deep Enough", new CertificateOptions { PathLength = 1 });
        using var server = new OpenSslServer(certificates.Serve(shallow.Intermediate("Below", new CertificateOptions { PathLength = 0 }).Issue("127.0.0.1")));
        (await Probing.RunAsync(Probing.Options("https", server.Port, root))).AssertHealthy();
    }

    [Fact]
    public void Intermediate_in_the_trusted_file_is_not_missing()
    {
        var intermediate = root.Intermediate("In The File");
        var verdict = Judge(intermediate.Issue(Loopback with { IncludeChain = false }), root, intermediate);
        Assert.True(verdict.Accepted);
        Assert.DoesNotContain("Tls.IncompleteChain", verdict.Remarks.Select(remark => remark.Code));
    }

    [Fact]
    public async Task Intermediate_known_only_to_this_machine_is_remarked()
    {
        var intermediate = root.Intermediate("Cached " + Guid.NewGuid());
        var leaf = intermediate.Issue(Loopback with { IncludeChain = false });
        using var store = new X509Store(StoreName.CertificateAuthority, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        var cached = X509CertificateLoader.LoadCertificate(intermediate.Certificate.RawData);
        store.Add(cached);
        try
        {
            // .NET looks at the store again only every few seconds.
            var verdict = Judge(leaf);
            for (var time = 0; time < 24 && !verdict.Accepted; time++)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
                verdict = Judge(leaf);
            }
            Assert.Contains("Tls.IncompleteChain", verdict.Remarks.Select(remark => remark.Code));
            using var server = new OpenSslServer("-cert", leaf.CertificateFile, "-key", leaf.KeyFile);
            await Probing.ListsAsync("Tls.IncompleteChain", Probing.Options("https", server.Port, root));
        }
        finally
        {
            store.Remove(cached);
        }
    }

    [Theory]
    [InlineData(true, "Tls.IncompleteChain")]
    [InlineData(false, "Tls.UnknownCa")]
    public void Authority_key_identifier_that_names_the_issuers_issuer(bool underRoot, string code)
    {
        // Only openssl writes that form: the issuer's issuer says whether the hidden issuer is an intermediate or a root.
        var folder = Directory.CreateTempSubdirectory().FullName;
        string In(string name) => Path.Combine(folder, name);
        File.WriteAllText(In("ca.cnf"), "basicConstraints=critical,CA:true\nsubjectKeyIdentifier=none\n");
        File.WriteAllText(In("leaf.cnf"), "authorityKeyIdentifier=issuer:always\nsubjectAltName=IP:127.0.0.1\n");
        OpenSsl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", In("root.key"), "-out", In("root.pem"), "-subj", "/CN=aki root", "-days", "9");
        var (issuer, key) = (In("root.pem"), In("root.key"));
        if (underRoot)
        {
            OpenSsl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", In("inter.key"), "-out", In("inter.csr"), "-subj", "/CN=aki inter");
            OpenSsl("x509", "-req", "-in", In("inter.csr"), "-CA", issuer, "-CAkey", key, "-CAcreateserial", "-out", In("inter.pem"), "-days", "9", "-extfile", In("ca.cnf"));
            (issuer, key) = (In("inter.pem"), In("inter.key"));
        }
        OpenSsl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", In("leaf.key"), "-out", In("leaf.csr"), "-subj", "/CN=aki leaf");
        OpenSsl("x509", "-req", "-in", In("leaf.csr"), "-CA", issuer, "-CAkey", key, "-CAcreateserial", "-out", In("leaf.pem"), "-days", "9", "-extfile", In("leaf.cnf"));
        var leaf = X509CertificateLoader.LoadCertificateFromFile(In("leaf.pem"));
        var trusted = underRoot ? X509CertificateLoader.LoadCertificateFromFile(In("root.pem")) : X509CertificateLoader.LoadCertificate(root.Certificate.RawData);
        var verdict = ChainJudge.Judge([leaf], new TlsSettings { TrustedCertificates = [trusted] }, "127.0.0.1", DateTime.UtcNow);
        Directory.Delete(folder, recursive: true);
        Assert.Equal([code], verdict.Faults.Select(fault => fault.Code));
    }

    [Fact]
    public void Several_faults_are_all_told_the_gravest_first() =>
        Assert.Equal(["Tls.CertificateExpired", "Tls.CertificateNotForServerAuth", "Tls.HostNameMismatch"],
            Judge(root.Issue(new CertificateOptions { DnsNames = ["a.example"], ServerAuth = false, NotAfter = Past }), host: "b.example")
                .Faults.Select(fault => fault.Code));

    [Fact]
    public void Sound_certificate_gives_nothing()
    {
        var verdict = Judge(root.Intermediate("Sound").Issue("127.0.0.1"));
        Assert.Empty(verdict.Faults);
        Assert.Empty(verdict.Remarks);
    }

    private static void OpenSsl(params string[] arguments)
    {
        OpenSslServer.Require();
        using var openssl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("openssl", arguments) { RedirectStandardError = true })!;
        var said = openssl.StandardError.ReadToEnd();
        openssl.WaitForExit();
        Assert.True(openssl.ExitCode == 0, said);
    }

    private ChainVerdict Judge(IssuedCertificate leaf, params IssuedCertificate[] trusted) => Judge(leaf, "127.0.0.1", trusted);

    private ChainVerdict Judge(IssuedCertificate leaf, string host, params IssuedCertificate[] trusted) =>
        ChainJudge.Judge([leaf.Certificate, .. leaf.SentChain], Targets.Trusting(trusted.Length == 0 ? [root] : trusted), host, DateTime.UtcNow);

    private async Task NamesAsync(string code, IssuedCertificate leaf, IssuedCertificate[]? trusted = null)
    {
        using var server = new OpenSslServer(certificates.Serve(leaf));
        await Targets.Tls(server.Port, trusted ?? [root]).FailsWithAsync(code);
    }
}
