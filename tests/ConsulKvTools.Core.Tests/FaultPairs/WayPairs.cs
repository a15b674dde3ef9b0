using System.Net;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Healthy;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>Addresses, ports and proxies, together with what lies behind them.</summary>
internal static class WayPairs
{
    public static IEnumerable<FaultPair> All =>
    [
        new("one of two addresses dead, and a cluster without a leader", ["Cluster.NeverBootstrapped", "Tcp.AddressPartlyDead"], async lab => await WithDeadSixAsync(await lab.Leaderless, null)),
        new("one of two addresses dead, and an unknown token", ["Acl.TokenNotFound", "Tcp.AddressPartlyDead", "Key.Forbidden < Acl.TokenNotFound"], async lab => await WithDeadSixAsync(await lab.Acl, FaultPairLab.UnknownToken)),
        new("no port in the address, and the token file missing", ["Config.AddrNoPort", "Config.TokenFileMissing", "Tcp.Refused < Config.AddrNoPort"], lab =>
            FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", "127.0.0.7"), ("CONSUL_HTTP_TOKEN_FILE", Path.Combine(lab.Certificates.Folder, "none")))),
        new("a closed port, and a token with quotes", ["Config.TokenQuotedOrCase", "Tcp.Refused"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", $"127.0.0.1:{(await lab.Plain).Ports.Unused}"), ("CONSUL_HTTP_TOKEN", $"\"{FaultPairLab.UnknownToken}\""))),
        new("the gossip port, and a key that begins with a slash", ["Port.ConsulSerf", "Key.LeadingSlash", "Http.EmptyReply < Port.ConsulSerf"], async lab =>
            await Diagnose.RunAsync(new Uri($"http://127.0.0.1:{(await lab.Plain).Ports.SerfLan}"), request: new DiagnosisRequest { Key = "/app/x" })),
        new("a proxy variable that .NET would use, and plain HTTP spoken to the TLS port", ["Http.TlsRequired", "Proxy.UsedForLocalAddress"], lab =>
            WithTlsAsync(lab, agent => [("CONSUL_HTTP_ADDR", $"127.0.0.1:{agent.Ports.Https}"), ("HTTP_PROXY", "http://127.0.0.1:1")])),
        new("CONSUL_HTTP_SSL=yes, and plain HTTP spoken to the TLS port because of it", ["Config.SslNotBool", "Http.TlsRequired < Config.SslNotBool"], lab =>
            WithTlsAsync(lab, agent => [("CONSUL_HTTP_ADDR", $"127.0.0.1:{agent.Ports.Https}"), ("CONSUL_HTTP_SSL", "yes")])),
        new("CONSUL_HTTP_SSL=yes with an http port, and no leader", ["Cluster.NeverBootstrapped", "Config.SslNotBool", "Cluster.NoLeader < Cluster.NeverBootstrapped"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Leaderless).Address.Authority), ("CONSUL_HTTP_SSL", "yes"))),
        new("CONSUL_HTTP_SSL=true with an http address, and TLS spoken to the plain port because of it", ["Config.SslTrueUpgradesHttp", "Tls.PlainHttpOnPort < Config.SslTrueUpgradesHttp"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Plain).Address.ToString().TrimEnd('/')), ("CONSUL_HTTP_SSL", "true"))),
        new("CONSUL_HTTP_SSL=true with an http address of the TLS port, and an unknown CA", ["Tls.SelfSigned", "Config.SslTrueUpgradesHttp"], lab =>
            WithTlsAsync(lab, agent => [("CONSUL_HTTP_ADDR", $"http://127.0.0.1:{agent.Ports.Https}"), ("CONSUL_HTTP_SSL", "true")])),
        new("CONSUL_HTTP_SSL_VERIFY=no, and an unknown CA", ["Config.SslVerifyNotBool", "Tls.SelfSigned < Config.SslVerifyNotBool"], lab =>
            WithTlsAsync(lab, agent => [("CONSUL_HTTP_ADDR", $"https://127.0.0.1:{agent.Ports.Https}"), ("CONSUL_HTTP_SSL_VERIFY", "no")])),
        new("quotes around the address, and an unknown token", ["Acl.TokenNotFound", "Config.AddrWhitespace", "Key.Forbidden < Acl.TokenNotFound"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", $"\"{(await lab.Acl).Address.Authority}\""), ("CONSUL_HTTP_TOKEN", FaultPairLab.UnknownToken))),
        new("a base path that Consul does not have, and an unknown token behind it", ["Config.AddrBasePath"], async lab =>
            await Diagnose.RunAsync(new Uri((await lab.Acl).Address, "/consul"), FaultPairLab.UnknownToken)),
        new("a base path that a proxy wants, and an unknown token", ["Acl.TokenNotFound", "Key.Forbidden < Acl.TokenNotFound"], async lab =>
        {
            using var proxy = new ReverseProxy((await lab.Acl).Address, ReverseProxy.Adding("Server: nginx"), basePath: "/consul");
            return await Diagnose.RunAsync(new Uri(proxy.Address, "/consul"), FaultPairLab.UnknownToken);
        }),
        new("a proxy that wants a password, and no leader behind it", ["Proxy.AuthenticationRequired"], async lab =>
        {
            using var proxy = new HttpProxyServer { Credentials = new NetworkCredential("a", "b") };
            proxy.Hosts["consul.lab"] = (await lab.Leaderless).Address.Authority;
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://consul.lab:8500", Proxy = proxy.Address });
        }),
        new("a proxy that wants a password, and the token file missing", ["Config.TokenFileMissing", "Proxy.AuthenticationRequired"], async lab =>
        {
            using var proxy = new HttpProxyServer { Credentials = new NetworkCredential("a", "b") };
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://consul.lab:8500", Proxy = proxy.Address, TokenFile = Path.Combine(lab.Certificates.Folder, "none") });
        }),
        new("a proxy that works, and an unknown token behind it", ["Acl.TokenNotFound", "Key.Forbidden < Acl.TokenNotFound"], async lab =>
        {
            using var proxy = new HttpProxyServer();
            proxy.Hosts["127.0.0.1"] = (await lab.Acl).Address.Authority;
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Acl).Address.ToString(), Proxy = proxy.Address, Token = new ConsulSecret(FaultPairLab.UnknownToken) });
        }),
        new("a name that does not exist, and a key that begins with a slash", ["Dns.NameNotFound", "Key.LeadingSlash"], _ =>
            Diagnose.RunAsync(new Uri("http://no-such-host.invalid:8500"), request: new DiagnosisRequest { Key = "/app/x" })),
        new("an address that is a wildcard, and a key with an empty part", ["Config.AddrWildcard", "Key.DoubleSlash"], _ =>
            Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://0.0.0.0:8500" }, new DiagnosisRequest { Key = "app//x" })),
        new("a reverse proxy that redirects everything, and a key that begins with a slash", ["Http.RedirectRefused", "Key.LeadingSlash"], async lab =>
        {
            using var web = new ScriptedHttpServer();
            web.On(_ => true, ScriptedResponse.Html("", 301, "Location: https://consul.example/", "Server: nginx"));
            return await Diagnose.RunAsync(web.Address, request: new DiagnosisRequest { Key = "/app/x" });
        }),
        new("a reverse proxy that lets no writes through, and a token that may only read", ["Proxy.MethodOrPathRewrite", "Acl.ReadOnly"], async lab =>
        {
            using var proxy = new ReverseProxy((await lab.Acl).Address, ReverseProxy.Adding("Server: nginx"), refuse: "PUT");
            return await Diagnose.RunAsync(proxy.Address, await lab.TokenAsync());
        }),
    ];

    private static async Task<ConsulDiagnosis> WithTlsAsync(FaultPairLab lab, Func<ConsulAgent, (string, string)[]> variables)
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, Tls = new AgentTlsOptions(lab.Certificates.SelfSigned(new CertificateOptions { CommonName = "agent", IpAddresses = ["127.0.0.1"] })),
        });
        return await FaultPairLab.WithVariablesAsync(null, variables(agent));
    }

    // localhost is ::1 too, and there nobody ever takes the connection.
    private static async Task<ConsulDiagnosis> WithDeadSixAsync(ConsulAgent agent, string? token)
    {
        Assert.SkipUnless((await Dns.GetHostAddressesAsync("localhost")).Contains(IPAddress.IPv6Loopback), "localhost has no IPv6 address here.");
        using var dead = new FullBacklogListener(new IPEndPoint(IPAddress.IPv6Loopback, agent.Ports.Http));
        return await Diagnose.RunAsync(new Uri($"http://localhost:{agent.Ports.Http}"), token);
    }
}
