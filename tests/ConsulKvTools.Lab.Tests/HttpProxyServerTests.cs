using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ConsulKvTools.Lab;

public sealed class HttpProxyServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forwards_tunnels_and_intercepts()
    {
        using var certificates = new CertificateLab();
        var (own, foreign) = (certificates.Authority("Own"), certificates.Authority("Foreign"));
        await using var plain = new ScriptedHttpServer();
        await using var secure = new ScriptedHttpServer(own.Issue("127.0.0.1"));
        plain.On("*", "/", ScriptedResponse.Json("\"plain\""));
        secure.On("*", "/", ScriptedResponse.Json("\"secure\""));
        await using var proxy = new HttpProxyServer();
        var issuer = "";
        using var client = Client(proxy, certificate => issuer = certificate.Issuer);

        using var content = new StringContent("x");
        using var put = new HttpRequestMessage(HttpMethod.Put, new Uri(plain.Address, "/v1/kv/a%2Fb")) { Content = content };
        Assert.Equal("\"plain\"", await (await client.SendAsync(put, Stop)).Content.ReadAsStringAsync(Stop));
        Assert.Equal(("/v1/kv/a%2Fb", "x", "1.1 lab"), (plain.Requests[0].Target, plain.Requests[0].Text, plain.Requests[0].Header("Via")));

        Assert.Equal("\"secure\"", await client.GetStringAsync(secure.Address, Stop));
        Assert.Equal("CN=Own", issuer);
        Assert.Equal($"127.0.0.1:{secure.Port}", proxy.Requests[^1].Target);

        proxy.Interceptor = foreign;
        using var again = Client(proxy, certificate => issuer = certificate.Issuer);
        Assert.Equal("\"secure\"", await again.GetStringAsync(secure.Address, Stop));
        Assert.Equal("CN=Foreign", issuer);
    }

    [Fact]
    public async Task Refuses_in_all_the_ways_proxies_do()
    {
        await using var proxy = new HttpProxyServer();
        Assert.Equal(HttpStatusCode.Forbidden, await TunnelStatus(HttpProxyServer.Forbidden));
        Assert.Equal(HttpStatusCode.BadGateway, await TunnelStatus(HttpProxyServer.BadGateway));
        Assert.Equal(HttpStatusCode.Found, await TunnelStatus(HttpProxyServer.CaptivePortal));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await TunnelStatus(HttpProxyServer.NotAProxy));
        Assert.Null(await TunnelStatus(ScriptedResponse.Close));

        proxy.Answer = null;
        proxy.Credentials = new("me", "secret");
        Assert.Equal(HttpStatusCode.ProxyAuthenticationRequired, await TunnelStatus(null));
        using var client = Client(proxy, _ => { }, new("me", "secret"));
        await using var server = new ScriptedHttpServer();
        server.On("*", "/", ScriptedResponse.Json("1"));
        Assert.Equal("1", await client.GetStringAsync(server.Address, Stop));

        async Task<HttpStatusCode?> TunnelStatus(ScriptedResponse? answer)
        {
            proxy.Answer = answer;
            using var client = Client(proxy, _ => { });
            return (await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("https://127.0.0.1:1/", Stop))).StatusCode;
        }
    }

    private static HttpClient Client(HttpProxyServer proxy, Action<X509Certificate> look, NetworkCredential? credentials = null) => new(new SocketsHttpHandler
    {
        Proxy = new WebProxy(proxy.Address) { Credentials = credentials },
        AllowAutoRedirect = false,
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                look(certificate!);
                return true;
            },
        },
    });
}
