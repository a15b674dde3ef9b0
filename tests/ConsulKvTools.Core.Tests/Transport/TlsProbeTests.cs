using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;
using ClientHello = ConsulKvTools.Diagnosis.Transport.ClientHello;

namespace ConsulKvTools.Tests.Transport;

/// <summary>The Tls probe: silent when all is well, and asking further when it is not.</summary>
public sealed class TlsProbeTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Theory]
    [InlineData("-tls1_2", "TLS 1.2")]
    [InlineData("-tls1_3", "TLS 1.3")]
    public async Task Healthy(string version, string protocol)
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), version]);
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root));
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
        Assert.Equal(protocol, diagnosis.Facts["TlsProtocol"]);
        Assert.Equal("CN=localhost", diagnosis.Facts["CertificateSubject"]);
        Assert.Equal("DNS:localhost, IP:127.0.0.1, IP:::1", diagnosis.Facts["CertificateNames"]);
        Assert.InRange((int)diagnosis.Facts["CertificateDaysLeft"]!, 363, 366);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Healthy_with_client_certificate(string version)
    {
        using var server = new OpenSslServer(
            [.. certificates.Serve(certificates.Good), version, "-Verify", "2", "-verify_return_error", "-CAfile", certificates.Root.CertificateFile]);
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root, certificates.Client));
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
        Assert.Equal(true, diagnosis.Facts["ClientCertificateSent"]);
    }

    [Fact]
    public async Task Healthy_with_an_intermediate()
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Root.Intermediate("Healthy").Issue("127.0.0.1")));
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root));
        diagnosis.AssertHealthy();
        Assert.Empty(diagnosis.Findings);
    }

    [Fact]
    public async Task Plain_http_is_skipped_with_the_reason()
    {
        await using var server = new RawServer((_, _) => Task.Delay(300));
        var diagnosis = await Probing.RunAsync(Probing.Options("http", server.Port));
        var probe = Assert.Single(diagnosis.Probes, one => one.Probe == "Tls");
        Assert.Equal(ProbeStatus.Skipped, probe.Status);
        Assert.Contains("plain http", probe.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_certificate_that_nobody_asks_for()
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Good));
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root, certificates.Client));
        diagnosis.AssertHealthy();
        Assert.Equal(["Tls.ClientCertificateUnused"], diagnosis.Codes());
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis, diagnosis.Findings[0]);
    }

    [Fact]
    public async Task Certificate_that_ends_soon()
    {
        var leaf = certificates.Root.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], NotAfter = DateTimeOffset.UtcNow.AddDays(12.5) });
        using var server = new OpenSslServer(certificates.Serve(leaf));
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root));
        Assert.Equal("Tls.CertificateExpiresSoon", diagnosis.RootCause!.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
        Assert.Equal(12, diagnosis.RootCause.Evidence["days"]);
        Assert.Equal(DiagnosisVerdict.Degraded, diagnosis.Verdict);
    }

    [Fact]
    public async Task Several_faults_of_one_certificate()
    {
        var leaf = certificates.Root.Issue(new CertificateOptions { DnsNames = ["a.example"], ServerAuth = false, NotAfter = DateTimeOffset.UtcNow.AddDays(-9) });
        using var server = new OpenSslServer(certificates.Serve(leaf));
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root));
        Assert.Equal("Tls.CertificateExpired", diagnosis.RootCause!.Code);
        Assert.Equal(["Tls.CertificateExpired", "Tls.CertificateNotForServerAuth", "Tls.IpSanMissing"], diagnosis.Codes());
    }

    [Theory]
    [InlineData(-400, "Tls.ClientClockSkew")]
    [InlineData(0, "Tls.CertificateExpired")]
    public async Task Clock_that_makes_a_certificate_seem_expired(int days, string code)
    {
        var leaf = certificates.Root.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], NotAfter = DateTimeOffset.UtcNow.AddDays(-9) });
        using var server = new ScriptedHttpServer(leaf);
        server.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"", 200, "Date: " + DateTimeOffset.UtcNow.AddDays(days).ToString("r", null)));
        await Probing.NamesAsync(code, Probing.Options("https", server.Port, certificates.Root));
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Server_with_old_versions_only(string version)
    {
        var rsa = certificates.Root.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], Key = KeyKind.Rsa2048 });
        using var server = new OpenSslServer([.. certificates.Serve(rsa), version, "-cipher", "DEFAULT@SECLEVEL=0"]);
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root));
        Assert.Equal("Tls.ProtocolVersion", diagnosis.RootCause!.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
        Assert.Equal(version == "-tls1" ? "TLS 1.0" : "TLS 1.1", diagnosis.RootCause.Evidence["version"]);
    }

    [Theory]
    [InlineData("AES128-GCM-SHA256:@SECLEVEL=0")]
    [InlineData("AES256-SHA:@SECLEVEL=0")]
    public async Task No_cipher_suite_in_common(string cipher)
    {
        var rsa = certificates.Root.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], Key = KeyKind.Rsa2048 });
        using var server = new OpenSslServer([.. certificates.Serve(rsa), "-tls1_2", "-cipher", cipher]);
        await Probing.NamesAsync("Tls.NoCommonCipher", Probing.Options("https", server.Port, certificates.Root));
    }

    [Fact]
    public async Task Middlebox_that_resets_on_the_server_name()
    {
        using var real = new OpenSslServer(certificates.Serve(certificates.Good));
        await using var server = new RawServer(async (stream, socket) =>
        {
            var buffer = new byte[8192];
            var count = await stream.ReadAsync(buffer);
            if (buffer.AsSpan(0, count).IndexOf("localhost"u8) >= 0) RawServer.Reset(socket);
            else await RelayAsync(stream, buffer.AsMemory(0, count), real.Port);
        });
        await Probing.NamesAsync("Tls.SniBlocked", Probing.Options("https", server.Port, certificates.Root, host: "localhost"));
    }

    [Fact]
    public async Task Closed_on_accept()
    {
        await using var server = new RawServer((_, _) => Task.CompletedTask);
        await Probing.NamesAsync("Tcp.ClosedOnAccept", Probing.Options("https", server.Port, certificates.Root));
    }

    [Fact]
    public async Task Proxy_that_signs_anew()
    {
        var forged = certificates.Lab.Authority("Corporate Inspection").Issue("127.0.0.1");
        using var real = new OpenSslServer(certificates.Serve(certificates.Good));
        using var context = new SslServer(forged);
        await using var proxy = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            await using var tls = await context.AcceptAsync(stream);
        });
        var diagnosis = await Probing.RunAsync(
            Probing.Options("https", real.Port, certificates.Root) with { Proxy = new Uri($"http://127.0.0.1:{proxy.Port}") });
        Assert.Contains("Proxy.TlsIntercepted", diagnosis.Codes());
        Assert.Equal("Proxy.TlsIntercepted", diagnosis.RootCause!.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Hand_made_hello_is_answered(int version)
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Good));
        var answer = await HelloQuestion.AskAsync(
            Targets.Tls(server.Port), ClientHello.Create(version, "localhost", "http/1.1", 1420), Targets.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(version, answer!.Tap.Version);
    }

    private static async Task RelayAsync(Stream client, ReadOnlyMemory<byte> first, int port)
    {
        using var far = new System.Net.Sockets.TcpClient();
        await far.ConnectAsync("127.0.0.1", port);
        await using var stream = far.GetStream();
        await stream.WriteAsync(first);
        await Task.WhenAny(client.CopyToAsync(stream), stream.CopyToAsync(client));
    }
}
