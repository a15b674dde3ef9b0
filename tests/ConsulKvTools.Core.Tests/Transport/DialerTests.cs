using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Http;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>A dial that should succeed does, and says what it saw.</summary>
public sealed class DialerTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Fact]
    public async Task Plain_connection_is_timed()
    {
        await using var server = new RawServer(AnswerAsync);
        using var connection = await Targets.Plain(server.Port).DialAsync();
        Assert.Equal("HTTP/1.0 200 OK", await connection.AskAsync());
        Assert.Null(connection.Tls);
        Assert.Null(connection.Timings.Tls);
        Assert.True(connection.Timings.Connect > TimeSpan.Zero);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, server.Port), connection.Remote);
    }

    [Fact]
    public async Task Name_with_an_address_nobody_listens_on_reaches_the_other()
    {
        // localhost is ::1 and 127.0.0.1; only the latter is served.
        await using var server = new RawServer(AnswerAsync);
        using var connection = await Targets.Plain(server.Port, "localhost").DialAsync();
        Assert.Equal("HTTP/1.0 200 OK", await connection.AskAsync());
        Assert.NotNull(connection.Timings.Name);
    }

    [Fact]
    public async Task Literal_IPv6_address()
    {
        await using var server = new RawServer(AnswerAsync, IPAddress.IPv6Loopback);
        using var connection = await Targets.Plain(server.Port, "::1").DialAsync();
        Assert.Equal("HTTP/1.0 200 OK", await connection.AskAsync());
    }

    [Fact]
    public async Task Unix_socket()
    {
        var path = Path.Combine(Path.GetTempPath(), $"dial-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var accepted = listener.AcceptAsync(TestContext.Current.CancellationToken);
        using (var connection = await Targets.Unix(path).DialAsync())
        {
            using var socket = await accepted;
            _ = AnswerAsync(new NetworkStream(socket), socket);
            Assert.Equal("HTTP/1.0 200 OK", await connection.AskAsync());
        }
        File.Delete(path);
    }

    [Theory]
    [InlineData("-tls1_2", "TLS 1.2")]
    [InlineData("-tls1_3", "TLS 1.3")]
    public async Task Tls(string version, string protocol)
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), version]);
        using var connection = await Targets.Tls(server.Port, certificates.Root).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.Equal(protocol, connection.Tls!.Protocol);
        Assert.StartsWith("TLS_", connection.Tls.Cipher, StringComparison.Ordinal);
        Assert.Equal(certificates.Good.Certificate.RawData, connection.Tls.ServerCertificates[0].RawData);
        Assert.False(connection.Tls.ClientCertificateAsked);
        Assert.False(connection.Tls.ClientCertificateSent);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Mutual_tls(string version)
    {
        using var server = new OpenSslServer(
            [.. certificates.Serve(certificates.Good), version, "-Verify", "2", "-verify_return_error", "-CAfile", certificates.Root.CertificateFile]);
        using var connection = await Targets.Tls(server.Port, certificates.Root).WithClient(certificates.Client).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.True(connection.Tls!.ClientCertificateAsked);
        Assert.True(connection.Tls.ClientCertificateSent);
        Assert.Contains(certificates.Root.Certificate.Subject, connection.Tls.AcceptableIssuers);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Mutual_tls_with_an_intermediate_of_the_client(string version)
    {
        var client = certificates.Root.Intermediate("Client Intermediate").IssueClient("chained");
        using var server = new OpenSslServer(
            [.. certificates.Serve(certificates.Good), version, "-Verify", "3", "-verify_return_error", "-CAfile", certificates.Root.CertificateFile]);
        using var connection = await Targets.Tls(server.Port, certificates.Root).WithClient(client).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.True(connection.Tls!.ClientCertificateAsked);
        Assert.True(connection.Tls.ClientCertificateSent);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Server_that_asks_without_insisting(string version)
    {
        using var server = new OpenSslServer([.. certificates.Serve(certificates.Good), version, "-verify", "2"]);
        using var connection = await Targets.Tls(server.Port, certificates.Root).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.True(connection.Tls!.ClientCertificateAsked);
        Assert.False(connection.Tls.ClientCertificateSent);
    }

    [Fact]
    public async Task Intermediate_given_as_the_trusted_certificate()
    {
        var intermediate = certificates.Root.Intermediate("Anchor Intermediate");
        var leaf = intermediate.Issue("127.0.0.1");
        using var server = new OpenSslServer(certificates.Serve(leaf));
        using var connection = await Targets.Tls(server.Port, intermediate).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
    }

    [Fact]
    public async Task Chain_with_an_intermediate()
    {
        var leaf = certificates.Root.Intermediate("Sent Intermediate").Issue("127.0.0.1");
        using var server = new OpenSslServer(certificates.Serve(leaf));
        using var connection = await Targets.Tls(server.Port, certificates.Root).DialAsync();
        Assert.Equal(2, connection.Tls!.ServerCertificates.Count);
    }

    [Fact]
    public async Task Server_name_instead_of_the_host()
    {
        var leaf = certificates.Root.Issue("server.dc1.consul");
        using var server = new OpenSslServer(certificates.Serve(leaf));
        var target = Targets.Tls(server.Port, certificates.Root);
        using var connection = await (target with { Tls = target.Tls with { ServerName = "server.dc1.consul" } }).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.Equal("Tls.IpSanMissing", await target.FailingCodeAsync());
    }

    [Fact]
    public async Task Verification_switched_off_accepts_anything()
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Lab.SelfSigned("elsewhere.example")));
        var target = Targets.Tls(server.Port, certificates.Root);
        using var connection = await (target with { Tls = target.Tls with { SkipVerification = true } }).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
    }

    [Fact]
    public async Task Caller_who_gives_up_gets_a_cancellation()
    {
        await using var server = new RawServer(async (stream, _) => { await RawServer.HearAsync(stream); await Task.Delay(5000); });
        using var giveUp = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Dialer.DialAsync(Targets.Tls(server.Port), giveUp.Token));
    }

    private static async Task AnswerAsync(Stream stream, Socket socket)
    {
        await RawServer.HearAsync(stream);
        await stream.WriteAsync("HTTP/1.0 200 OK\r\n\r\n"u8.ToArray());
    }
}
