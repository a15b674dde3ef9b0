using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Revocation lists at the address that the server's certificate names: asked only by sessions that want it.</summary>
public sealed class RevocationTests : IDisposable
{
    private readonly CertificateLab lab = new();
    private readonly CertificateAuthority root;
    private readonly ScriptedHttpServer lists = new();

    public RevocationTests() => root = lab.Authority($"Revoking Root {Guid.NewGuid():N}");

    public void Dispose()
    {
        lists.Dispose();
        lab.Dispose();
    }

    [Fact]
    public async Task Revoked()
    {
        using var server = Serve(revoked: true, answers: true);
        await Probing.NamesAsync("Tls.CertificateRevoked", Asking(server));
    }

    [Fact]
    public async Task Not_revoked()
    {
        using var server = Serve(revoked: false, answers: true);
        var diagnosis = await Probing.RunAsync(Asking(server));
        diagnosis.AssertHealthy();
        Assert.DoesNotContain("Tls.RevocationUnavailable", diagnosis.Codes());
    }

    [Fact]
    public async Task List_that_nobody_serves()
    {
        using var server = Serve(revoked: false, answers: false);
        await Probing.NamesAsync("Tls.RevocationUnavailable", Asking(server) with { ConnectTimeout = TimeSpan.FromSeconds(10) });
    }

    [Fact]
    public async Task Nobody_asks_unless_told_to()
    {
        using var server = Serve(revoked: true, answers: true);
        (await Probing.RunAsync(Probing.Options("https", server.Port, root))).AssertHealthy();
        Assert.Empty(lists.Requests);
    }

    private ConsulSessionOptions Asking(OpenSslServer server) => Probing.Options("https", server.Port, root) with { CheckRevocation = true };

    private OpenSslServer Serve(bool revoked, bool answers)
    {
        var leaf = root.Issue(new CertificateOptions { CommonName = "leaf", IpAddresses = ["127.0.0.1"], RevocationListUrl = $"http://127.0.0.1:{lists.Port}/ca.crl" });
        var list = new CertificateRevocationListBuilder();
        if (revoked) list.AddEntry(leaf.Certificate, DateTimeOffset.UtcNow.AddHours(-1), X509RevocationReason.KeyCompromise);
        var bytes = list.Build(root.Certificate, BigInteger.One, DateTimeOffset.UtcNow.AddHours(1), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddHours(-1));
        if (answers) lists.On("GET", "/ca.crl", ScriptedResponse.Bytes(bytes, 200, "Content-Type: application/pkix-crl"));
        return new OpenSslServer("-cert", leaf.CertificateFile, "-key", leaf.KeyFile, "-cert_chain", leaf.CertificateFile);
    }
}
