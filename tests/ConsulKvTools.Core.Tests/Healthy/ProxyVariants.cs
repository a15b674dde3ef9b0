using System.Globalization;
using System.Net;
using System.Text;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Forward and reverse proxies that work.</summary>
internal static class ProxyVariants
{
    public static IEnumerable<HealthyVariant> All =>
    [
        new("a forward proxy", lab => ThroughAsync(lab, new HttpProxyServer())),
        new("a forward proxy of HTTP_PROXY", async lab =>
        {
            using var proxy = await ProxyAsync(lab, new HttpProxyServer());
            return await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", "consul.lab:8500"), ("HTTP_PROXY", proxy.Address.ToString()));
        }),
        new("a forward proxy that wants a password", lab => ThroughAsync(lab, new HttpProxyServer { Credentials = new NetworkCredential("app", "geheim") }, new NetworkCredential("app", "geheim"))),
        new("a forward proxy with the password in its URL", async lab =>
        {
            using var proxy = await ProxyAsync(lab, new HttpProxyServer { Credentials = new NetworkCredential("app", "geheim") });
            return await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", "consul.lab:8500"), ("http_proxy", $"http://app:geheim@{proxy.Address.Authority}"));
        }),
        new("a proxy variable that NO_PROXY takes back", async lab => await HealthyLab.WithVariablesAsync(
            ("CONSUL_HTTP_ADDR", $"localhost:{(await lab.Plain).Ports.Http}"), ("HTTP_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "example.com,localhost"))),
        new("a proxy variable for the other scheme", async lab => await HealthyLab.WithVariablesAsync(
            ("CONSUL_HTTP_ADDR", $"127.0.0.1:{(await lab.Plain).Ports.Http}"), ("HTTPS_PROXY", "http://127.0.0.1:1"))),
        new("a tunnel to an agent with TLS", lab => TunnelAsync(lab, proxyTls: false)),
        new("a tunnel through a proxy that speaks TLS itself", lab => TunnelAsync(lab, proxyTls: true)),
        new("a reverse proxy that says Via and Server", lab => BehindAsync(lab, ReverseProxy.Adding("Server: nginx/1.25.3", "Via: 1.1 varnish", "X-Request-Id: 1"))),
        new("a reverse proxy that writes header names in lower case", lab => BehindAsync(lab, (status, headers, body) =>
            ScriptedResponse.Bytes(body, status, [.. headers.Select(header => header[..header.IndexOf(':')].ToLowerInvariant() + header[header.IndexOf(':')..])]))),
        new("a reverse proxy that answers in chunks", lab => BehindAsync(lab, (status, headers, body) => Raw("HTTP/1.1", status, [.. headers, "Transfer-Encoding: chunked"],
            [.. Encoding.ASCII.GetBytes(body.Length == 0 ? "" : $"{body.Length:x}\r\n"), .. body, .. body.Length == 0 ? "0\r\n\r\n"u8 : "\r\n0\r\n\r\n"u8]))),
        new("a reverse proxy that closes after each answer", lab => BehindAsync(lab, (status, headers, body) => ScriptedResponse.Bytes(body, status, [.. headers, "Connection: close"]).ThenClose())),
        new("a reverse proxy that closes without saying so", lab => BehindAsync(lab, (status, headers, body) => ScriptedResponse.Bytes(body, status, headers).ThenClose())),
        new("a reverse proxy that speaks HTTP/1.0", lab => BehindAsync(lab, (status, headers, body) => Raw("HTTP/1.0", status, headers, body).ThenClose())),
        new("a reverse proxy that leaves out the date", lab => BehindAsync(lab, (status, headers, body) => ScriptedResponse.Bytes(body, status, [.. headers.Where(header => !header.StartsWith("Date", StringComparison.Ordinal))]))),
        new("a reverse proxy that answers in pieces", lab => BehindAsync(lab, (status, headers, body) => ScriptedResponse.Bytes(body, status, headers).InPieces(40, TimeSpan.FromMilliseconds(1)))),
        new("a reverse proxy below a base path", lab => BehindAsync(lab, ReverseProxy.Adding("Server: nginx"), basePath: "/consul")),
        new("a reverse proxy that ends TLS in front of a plain agent", async lab =>
        {
            var authority = lab.Certificates.Authority();
            using var proxy = new ReverseProxy((await lab.Plain).Address, ReverseProxy.Adding("Server: haproxy"), new TlsServerOptions(authority.Issue("127.0.0.1")));
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = proxy.Address.ToString(), CACertificate = authority.CertificateFile });
        }),
        new("a reverse proxy in front of an agent with ACLs", async lab =>
        {
            var agent = await lab.Acl;
            using var proxy = new ReverseProxy(agent.Address, ReverseProxy.Adding("Server: nginx", "Via: 1.1 proxy"));
            return await Diagnose.RunAsync(proxy.Address, (await agent.CreateTokenAsync("key \"app/x\" { policy = \"write\" }")).SecretId);
        }),
    ];

    private static ScriptedResponse Raw(string protocol, int status, IEnumerable<string> headers, byte[] body) => ScriptedResponse.Raw(
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{protocol} {status} X\r\n") + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n"), .. body]);

    private static async Task<HttpProxyServer> ProxyAsync(HealthyLab lab, HttpProxyServer proxy)
    {
        proxy.Hosts["consul.lab"] = (await lab.Plain).Address.Authority;
        return proxy;
    }

    private static async Task<ConsulDiagnosis> ThroughAsync(HealthyLab lab, HttpProxyServer proxy, NetworkCredential? credential = null)
    {
        using var running = await ProxyAsync(lab, proxy);
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://consul.lab:8500", Proxy = running.Address, ProxyCredential = credential });
    }

    private static async Task<ConsulDiagnosis> TunnelAsync(HealthyLab lab, bool proxyTls)
    {
        var authority = lab.Certificates.Authority();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(authority.Issue("consul.lab")) });
        using var proxy = new HttpProxyServer(proxyTls ? new TlsServerOptions(authority.Issue("127.0.0.1")) : null);
        proxy.Hosts["consul.lab"] = agent.HttpsAddress!.Authority;
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = "https://consul.lab:8501", Proxy = proxy.Address, CACertificate = authority.CertificateFile });
    }

    private static async Task<ConsulDiagnosis> BehindAsync(HealthyLab lab, Func<int, string[], byte[], ScriptedResponse> answer, string? basePath = null)
    {
        using var proxy = new ReverseProxy((await lab.Plain).Address, answer, basePath: basePath);
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = $"http://127.0.0.1:{proxy.Address.Port}{basePath}" });
    }
}
