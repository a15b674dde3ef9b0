using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Servers that insist on a client certificate, and clients that have none or the wrong one.</summary>
public sealed class ClientCertificateTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    public static TheoryData<string> Versions => new("-tls1_2", "-tls1_3");

    [Theory, MemberData(nameof(Versions))]
    public async Task None_sent(string version)
    {
        using var server = Insisting(version);
        await Targets.Tls(server.Port, certificates.Root).FailsWithAsync("Tls.ClientCertificateRequired");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task From_an_authority_the_server_does_not_accept(string version)
    {
        using var server = Insisting(version);
        var stranger = certificates.Lab.Authority("Other Root").IssueClient("stranger");
        var failure = await Targets.Tls(server.Port, certificates.Root).WithClient(stranger).FailsWithAsync("Tls.ClientCertificateUnknownCa");
        Assert.Equal(DialPhase.Tls, failure.Phase);
        Assert.Contains("Test Root", (string)failure.ToFinding().Evidence["names"]!, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Expired(string version)
    {
        using var server = Insisting(version);
        var old = certificates.Root.Issue(new CertificateOptions { CommonName = "old", ServerAuth = false, NotAfter = DateTimeOffset.UtcNow.AddDays(-3) });
        await Targets.Tls(server.Port, certificates.Root).WithClient(old).FailsWithAsync("Tls.ClientCertificateExpired");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Not_yet_valid(string version)
    {
        using var server = Insisting(version);
        var early = certificates.Root.Issue(new CertificateOptions { CommonName = "early", ServerAuth = false, NotBefore = DateTimeOffset.UtcNow.AddDays(2), NotAfter = DateTimeOffset.UtcNow.AddDays(9) });
        await Targets.Tls(server.Port, certificates.Root).WithClient(early).FailsWithAsync("Tls.ClientCertificateNotYetValid");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Meant_for_servers(string version)
    {
        using var server = Insisting(version);
        var wrong = certificates.Root.Issue(new CertificateOptions { CommonName = "server", ClientAuth = false });
        await Targets.Tls(server.Port, certificates.Root).WithClient(wrong).FailsWithAsync("Tls.ClientCertificateNotForClientAuth");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Without_its_private_key(string version)
    {
        using var server = Insisting(version);
        var target = Targets.Tls(server.Port, certificates.Root);
        target = target with { Tls = target.Tls with { ClientCertificate = X509CertificateLoader.LoadCertificate(certificates.Client.Certificate.RawData) } };
        await target.FailsWithAsync("Tls.ClientCertificateNoPrivateKey");
    }

    [Fact]
    public async Task Server_that_hangs_up_without_an_alert()
    {
        // A .NET server does so: it looks at the certificate after the handshake and closes.
        using var context = new SslServer(certificates.Good);
        await using var server = new RawServer(async (stream, _) =>
        {
            await using var tls = await context.AcceptAsync(stream, askForCertificate: true);
            if (tls.RemoteCertificate is null) return;
            await RawServer.HearAsync(tls);
        });
        await Targets.Tls(server.Port, certificates.Root).FailsWithAsync("Tls.ClientCertificateRequired");
    }

    [Theory]
    [InlineData(44, "Tls.ClientCertificateRevoked")]
    [InlineData(49, "Tls.ClientCertificateDenied")]
    [InlineData(42, "Tls.ClientCertificateRejected")]
    [InlineData(46, "Tls.ClientCertificateRejected")]
    [InlineData(null, "Tls.ClientCertificateRejected")]
    public void Sound_certificate_turned_down(int? alert, string code) =>
        Assert.Equal(code, ClientCertificateFailure.CodeOf(
            Targets.Tls(1).WithClient(certificates.Client).Tls, [certificates.Root.Certificate.Subject], alert));

    [Fact]
    public async Task Revoked_by_its_authority()
    {
        var list = new CertificateRevocationListBuilder();
        list.AddEntry(certificates.Client.Certificate, DateTimeOffset.UtcNow.AddHours(-1), X509RevocationReason.KeyCompromise);
        var file = Path.Combine(certificates.Lab.Folder, "clients.crl");
        File.WriteAllText(file, System.Security.Cryptography.PemEncoding.WriteString("X509 CRL",
            list.Build(certificates.Root.Certificate, System.Numerics.BigInteger.One, DateTimeOffset.UtcNow.AddDays(1), System.Security.Cryptography.HashAlgorithmName.SHA256)));
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), "-Verify", "2", "-verify_return_error", "-CAfile", certificates.Root.CertificateFile, "-CRL", file, "-crl_check"]);
        await Probing.NamesAsync("Tls.ClientCertificateRevoked", Probing.Options("https", server.Port, certificates.Root, certificates.Client));
    }

    [Theory]
    [InlineData(46, "Tls.ClientCertificateRejected")]
    [InlineData(49, "Tls.ClientCertificateDenied")]
    [InlineData(44, "Tls.ClientCertificateRevoked")]
    public async Task Sound_certificate_turned_down_by_alert(int alert, string code)
    {
        using var real = Insisting("-tls1_2");
        await using var server = new RawServer(async (stream, _) => await AlertRelay.PlayAsync(stream, real.Port, alert));
        await Probing.NamesAsync(code, Probing.Options("https", server.Port, certificates.Root, certificates.Client));
    }

    private OpenSslServer Insisting(string version) => new(
        [.. certificates.Serve(certificates.Good), version, "-Verify", "2", "-verify_return_error", "-CAfile", certificates.Root.CertificateFile]);
}
