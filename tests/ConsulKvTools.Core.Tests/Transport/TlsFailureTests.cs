using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Handshakes that fail before any certificate is looked at.</summary>
public sealed class TlsFailureTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "Tls.PlainHttpOnPort")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "Tls.NotTls")]
    [InlineData("220 mail.example ESMTP\r\n", "Tls.NotTls")]
    [InlineData("\0\0\u0006\u0004\0\0\0\0\0\0\u0003\0\0\0\u0064", "Port.ConsulGrpc")]
    public async Task Something_else_answers(string answer, string code)
    {
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(answer));
            await Task.Delay(200);
        });
        await Targets.Tls(server.Port).FailsWithAsync(code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hangs_up_at_the_hello(bool reset)
    {
        await using var server = new RawServer(async (stream, socket) =>
        {
            await RawServer.HearAsync(stream);
            if (reset) RawServer.Reset(socket);
        });
        await Targets.Tls(server.Port).FailsWithAsync("Tls.ClosedAtClientHello");
    }

    [Fact]
    public async Task Never_answers()
    {
        await using var server = new RawServer((_, _) => Task.Delay(5000));
        await Targets.Tls(server.Port).Within(0.3).FailsWithAsync("Tls.HandshakeTimeout");
    }

    [Theory]
    [InlineData("silence", "Tls.HandshakeStalled")]
    [InlineData("close", "Tls.ClosedDuringHandshake")]
    [InlineData("reset", "Tls.ClosedDuringHandshake")]
    public async Task Ends_in_the_middle(string how, string code)
    {
        using var real = new OpenSslServer(certificates.Serve(certificates.Good));
        await using var server = new RawServer(async (stream, socket) =>
        {
            var answer = await FirstAnswerAsync(stream, real.Port);
            await stream.WriteAsync(answer.AsMemory(0, 140));
            if (how == "silence") await Task.Delay(5000);
            if (how == "reset") { await Task.Delay(50); RawServer.Reset(socket); }
        });
        await Targets.Tls(server.Port, certificates.Root).Within(0.5).FailsWithAsync(code);
    }

    [Fact]
    public async Task Signature_is_damaged_on_the_way()
    {
        using var real = new OpenSslServer([.. certificates.Serve(certificates.Good), "-tls1_2"]);
        await using var server = new RawServer(async (stream, _) =>
        {
            var answer = await FirstAnswerAsync(stream, real.Port);
            // The last record is ServerHelloDone (9 bytes); before it ends the signature of the key exchange.
            answer[^14] ^= 0x55;
            await stream.WriteAsync(answer);
            await Task.Delay(300);
        });
        await Targets.Tls(server.Port, certificates.Root).FailsWithAsync("Tls.HandshakeCorrupted");
    }

    [Fact]
    public async Task Version_the_server_does_not_speak()
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), "-tls1_3"]);
        var failure = await Assert.ThrowsAsync<ConsulTransportException>(() => Dialer.DialAsync(
            Targets.Tls(server.Port, certificates.Root), new DialTrace(), SslProtocols.Tls12, TestContext.Current.CancellationToken));
        Assert.Equal("Tls.ProtocolVersion", failure.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, failure.Code, "connection fails", TimeSpan.Zero);
    }

    [Fact]
    public async Task No_cipher_suite_in_common()
    {
        var rsa = certificates.Root.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], Key = KeyKind.Rsa2048 });
        using var server = new OpenSslServer([.. certificates.Serve(rsa), "-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"]);
        await Targets.Tls(server.Port, certificates.Root).FailsWithAsync("Tls.NoCommonCipher");
    }

    [Fact]
    public async Task Server_that_speaks_only_http2()
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), "-alpn", "h2"]);
        await Targets.Tls(server.Port, certificates.Root).FailsWithAsync("Tls.AlpnMismatch");
    }

    [Fact]
    public async Task Server_that_knows_no_such_name()
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), "-servername", "nobody.example", "-servername_fatal",
            "-cert2", certificates.Good.CertificateFile, "-key2", certificates.Good.KeyFile]);
        await Targets.Tls(server.Port, certificates.Root).Named("localhost").FailsWithAsync("Tls.SniRejected");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    [InlineData(45)]
    [InlineData(46)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(60)]
    [InlineData(70)]
    [InlineData(71)]
    [InlineData(80)]
    [InlineData(86)]
    [InlineData(90)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(109)]
    [InlineData(110)]
    [InlineData(111)]
    [InlineData(112)]
    [InlineData(113)]
    [InlineData(114)]
    [InlineData(115)]
    [InlineData(116)]
    [InlineData(120)]
    [InlineData(121)]
    public async Task Fatal_alert(int alert)
    {
        var code = alert switch
        {
            40 or 71 => "Tls.NoCommonCipher",
            70 => "Tls.ProtocolVersion",
            80 => "Tls.ServerInternalError",
            112 => "Tls.SniRejected",
            116 => "Tls.ClientCertificateRequired",
            120 => "Tls.AlpnMismatch",
            99 => "Tls.Alert.Unassigned",
            _ => "Tls.Alert." + TlsAlert.NameOf(alert),
        };
        await using var server = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, (byte)alert });
            await Task.Delay(100);
        });
        await Probing.NamesAsync(code, Probing.Options("https", server.Port));
    }

    [Fact]
    public async Task Version_the_own_system_forbids()
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good)]);
#pragma warning disable SYSLIB0039 // The point is that nobody should.
        var failure = await Assert.ThrowsAsync<ConsulTransportException>(() => Dialer.DialAsync(
            Targets.Tls(server.Port, certificates.Root), new DialTrace(), SslProtocols.Tls, TestContext.Current.CancellationToken));
#pragma warning restore SYSLIB0039
        Assert.Equal("Tls.LocalPolicy", failure.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, failure.Code, "connection fails", TimeSpan.Zero);
    }

    // Carries the client's hello to a real server and gives what that answers at first.
    private static async Task<byte[]> FirstAnswerAsync(Stream client, int port)
    {
        var buffer = new byte[16 * 1024];
        var hello = await client.ReadAsync(buffer);
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await server.ConnectAsync(IPAddress.Loopback, port);
        await server.SendAsync(buffer.AsMemory(0, hello));
        var count = 0;
        // Wait until the whole flight is here.
        do
        {
            count += await server.ReceiveAsync(buffer.AsMemory(count));
            await Task.Delay(30);
        }
        while (server.Available > 0);
        return buffer[..count];
    }
}
