using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Http;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Tunnels through an HTTP proxy, standing and failing.</summary>
public sealed class ProxyFailureTests(CertificatesFixture certificates) : IClassFixture<CertificatesFixture>
{
    [Fact]
    public async Task Tls_through_a_tunnel()
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Good));
        await using var proxy = new RawServer(TunnelAsync);
        using var connection = await Targets.Tls(server.Port, certificates.Root).Through(proxy.Port).DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
        Assert.NotNull(connection.Timings.Proxy);
        Assert.False(connection.ThroughProxy);
    }

    [Fact]
    public async Task Tls_through_a_tunnel_of_a_tls_proxy()
    {
        using var server = new OpenSslServer(certificates.Serve(certificates.Good));
        using var context = new SslServer(certificates.Good);
        await using var proxy = new RawServer(async (stream, socket) =>
        {
            await using var tls = await context.AcceptAsync(stream);
            await TunnelAsync(tls, socket);
        });
        using var connection = await Targets.Tls(server.Port, certificates.Root).Through(proxy.Port, "https").DialAsync();
        Assert.Equal("HTTP/1.0 200 ok", await connection.AskAsync());
    }

    [Fact]
    public async Task Plain_http_is_left_to_the_caller()
    {
        await using var proxy = new RawServer((_, _) => Task.Delay(500));
        using var connection = await Targets.Plain(8500).Through(proxy.Port).DialAsync();
        Assert.True(connection.ThroughProxy);
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "Proxy.AuthenticationRequired")]
    [InlineData("HTTP/1.1 403 Forbidden\r\n\r\n", "Proxy.Forbidden")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\n\r\n", "Proxy.TargetUnreachable")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "Proxy.TargetUnreachable")]
    [InlineData("HTTP/1.1 504 Gateway Timeout\r\n\r\n", "Proxy.TargetTimeout")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", "Proxy.CaptivePortal")]
    [InlineData("HTTP/1.1 511 Network Authentication Required\r\n\r\n", "Proxy.CaptivePortal")]
    [InlineData("HTTP/1.1 405 Method Not Allowed\r\n\r\n", "Proxy.NotAProxy")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "Proxy.NotAProxy")]
    [InlineData("garbage\r\n", "Proxy.NotAProxy")]
    [InlineData("\u0015\u0003\u0001\0\u0002\u0002\u0046", "Proxy.TlsExpected")]
    [InlineData("", "Proxy.ClosedDuringConnect")]
    [InlineData("HTTP/1.1 200", "Proxy.ClosedDuringConnect")]
    public async Task Answer_that_is_no_tunnel(string answer, string code)
    {
        await using var proxy = new RawServer(async (stream, _) =>
        {
            await RawServer.HearAsync(stream);
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(answer));
            await Task.Delay(100);
        });
        var failure = await Targets.Tls(8501, certificates.Root).Through(proxy.Port).FailsWithAsync(code);
        Assert.Equal($"http://127.0.0.1:{proxy.Port}/", failure.ToFinding().Evidence["proxy"]);
    }

    [Fact]
    public async Task Proxy_that_resets()
    {
        await using var proxy = new RawServer(async (stream, socket) => { await RawServer.HearAsync(stream); RawServer.Reset(socket); });
        await Targets.Tls(8501).Through(proxy.Port).FailsWithAsync("Proxy.ClosedDuringConnect");
    }

    [Fact]
    public async Task Proxy_that_never_answers()
    {
        await using var proxy = new RawServer((_, _) => Task.Delay(5000));
        await Targets.Tls(8501).Through(proxy.Port).Within(0.3).FailsWithAsync("Proxy.ConnectTimeout");
    }

    [Fact]
    public async Task Proxy_that_is_down() =>
        await Targets.Tls(8501).Through(OpenSslServer.FreePort()).FailsWithAsync("Proxy.Unreachable");

    [Fact]
    public async Task Proxy_whose_name_is_nonsense()
    {
        var target = Targets.Tls(8501);
        target = target with { Proxy = new ConsulKvTools.Sessions.ProxySettings(new Uri("http://no-such-proxy.invalid:3128"), null, "HTTPS_PROXY") };
        await target.FailsWithAsync("Proxy.NameNotFound");
    }

    private static async Task TunnelAsync(Stream stream, Socket socket)
    {
        using var reader = new StreamReader(stream, leaveOpen: true, bufferSize: 16);
        var words = (await reader.ReadLineAsync())!.Split(' ');
        while (await reader.ReadLineAsync() is { Length: > 0 }) { }
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(IPEndPoint.Parse(words[1]));
        await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
        await using var farStream = new NetworkStream(far);
        await Task.WhenAny(stream.CopyToAsync(farStream), farStream.CopyToAsync(stream));
    }
}
