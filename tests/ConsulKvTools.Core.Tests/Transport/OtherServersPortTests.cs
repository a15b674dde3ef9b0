using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>HTTPS ports asked by http, plain ports asked by https, and client certificates refused in HTTP: by servers that are not Go's, each in its own way.</summary>
public sealed class OtherServersPortTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    private static readonly byte[] HandshakeFailure = [21, 3, 3, 0, 2, 2, 40];

    private static IProbe[] Probes => [new NameProbe(), new ConnectProbe(), new TlsProbe(), new PortProbe(), new HttpProbe()];

    [Fact]
    public async Task Https_of_nginx_asked_by_http()
    {
        using var server = new NginxServer(certificates.Good);
        await Probing.NamesAsync("Http.TlsRequired", Probing.Options("http", server.Port), Probes);
        (await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root), Probes)).AssertHealthy();
    }

    [Fact]
    public async Task Ssl_switch_that_is_no_boolean_before_nginx()
    {
        using var server = new NginxServer(certificates.Good);
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions(), environment: new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{server.Port}", ["CONSUL_HTTP_SSL"] = "yes" });
        Diagnose.Names("Config.SslNotBool", FaultOrigin.Real, TestWords.Here, diagnosis);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Https_of_openssl_asked_by_http(string version)
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), version]);
        await Probing.NamesAsync("Http.TlsRequired", Probing.Options("http", server.Port), Probes);
    }

    [Theory]
    [InlineData("closes")]
    [InlineData("resets")]
    [InlineData("sends an alert")]
    [InlineData("waits for more")]
    public async Task Https_that_takes_plain_text_in_its_own_way_asked_by_http(string way)
    {
        using var context = new SslServer(certificates.Good);
        await using var server = new RawServer(async (stream, socket) =>
        {
            // Looked at, not taken: a hello goes to TLS.
            var first = new byte[1];
            if (await socket.ReceiveAsync(first, System.Net.Sockets.SocketFlags.Peek) == 0) return;
            if (first[0] == 22)
            {
                await using var tls = await context.AcceptAsync(stream);
                await RawServer.HearAsync(tls);
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n\"127.0.0.1:8300\""u8.ToArray());
                return;
            }
            switch (way)
            {
                case "closes": await RawServer.HearAsync(stream); break;
                case "resets": RawServer.Reset(socket); break;
                case "sends an alert": await stream.WriteAsync(HandshakeFailure); break;
                default: await Task.Delay(TimeSpan.FromSeconds(20)); break;
            }
        });
        await Probing.NamesAsync("Http.TlsRequired", Probing.Options("http", server.Port), Probes);
    }

    [Fact]
    public async Task Mail_server_with_tls_is_not_called_https()
    {
        using var context = new SslServer(certificates.Good);
        await using var server = new RawServer(async (stream, _) =>
        {
            await using var tls = await context.AcceptAsync(stream);
            await tls.WriteAsync("* OK IMAP4rev1 ready\r\n"u8.ToArray());
            await RawServer.HearAsync(tls);
        });
        Assert.DoesNotContain("Http.TlsRequired", (await Probing.RunAsync(Probing.Options("http", server.Port), Probes)).Codes());
    }

    [Theory]
    [InlineData("answers the hello without a status line")]
    [InlineData("waits for the end of the head")]
    [InlineData("closes on the hello")]
    public async Task Plain_http_of_other_servers_asked_by_https(string way)
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            var buffer = new byte[8192];
            var head = "";
            do
            {
                var count = await stream.ReadAsync(buffer);
                if (count == 0) return;
                if (buffer[0] == 22 && way.StartsWith('c')) return;
                if (buffer[0] == 22 && way.StartsWith('a'))
                {
                    await stream.WriteAsync("<!DOCTYPE HTML>\n<html><head><title>Error response</title></head></html>"u8.ToArray());
                    return;
                }
                head += System.Text.Encoding.Latin1.GetString(buffer, 0, count);
            }
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal));
            await stream.WriteAsync("HTTP/1.0 404 File not found\r\nServer: SimpleHTTP/0.6\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        });
        await Probing.NamesAsync("Tls.PlainHttpOnPort", Probing.Options("https", server.Port, certificates.Root), Probes);
    }

    [Theory]
    [InlineData("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    public async Task Https_whose_handshake_is_lost_is_not_called_plain(string refusal)
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            var buffer = new byte[8192];
            var count = await stream.ReadAsync(buffer);
            if (count > 0 && buffer[0] == 'G') await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(refusal));
            else await Task.Delay(TimeSpan.FromSeconds(20));
        });
        var diagnosis = await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root), Probes);
        Assert.DoesNotContain("Tls.PlainHttpOnPort", diagnosis.Codes());
        Assert.Equal("Tls.HandshakeTimeout", diagnosis.RootCause?.Code);
    }

    [Fact]
    public async Task Client_certificates_refused_by_nginx()
    {
        using var server = new NginxServer(certificates.Good, $"ssl_verify_client on; ssl_client_certificate {certificates.Root.CertificateFile};");
        Task<ConsulDiagnosis> Names(string code, IssuedCertificate? client) => Probing.NamesAsync(code, Probing.Options("https", server.Port, certificates.Root, client), Probes);
        (await Probing.RunAsync(Probing.Options("https", server.Port, certificates.Root, certificates.Client), Probes)).AssertHealthy();

        await Names("Tls.ClientCertificateRequired", null);
        await Names("Tls.ClientCertificateUnknownCa", certificates.Lab.Authority("Foreign Root").IssueClient("stranger"));
        await Names("Tls.ClientCertificateExpired", certificates.Root.Issue(new CertificateOptions { CommonName = "old", ServerAuth = false, NotAfter = DateTimeOffset.UtcNow.AddDays(-3) }));
    }

    [Fact]
    public async Task A_400_for_another_reason_does_not_accuse_a_sound_client_certificate()
    {
        using var server = new NginxServer(certificates.Good, $"ssl_verify_client on; ssl_client_certificate {certificates.Root.CertificateFile}; if ($uri ~ leader) {{ return 400; }}");
        await Probing.NamesAsync("Http.NotConsul", Probing.Options("https", server.Port, certificates.Root, certificates.Client), Probes);
    }

    [Fact]
    public async Task Http2_only_inside_tls()
    {
        using var context = new SslServer(certificates.Good);
        await using var server = new RawServer(async (stream, _) =>
        {
            await using var tls = await context.AcceptAsync(stream);
            await RawServer.HearAsync(tls);
            await tls.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        });
        await Probing.NamesAsync("Http.ProtocolMismatch", Probing.Options("https", server.Port, certificates.Root), Probes);
    }
}
