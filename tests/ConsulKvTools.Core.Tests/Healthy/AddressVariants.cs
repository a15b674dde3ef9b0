using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Ways to say where the agent is.</summary>
internal static class AddressVariants
{
    public static IEnumerable<HealthyVariant> All =>
    [
        new("host:port in CONSUL_HTTP_ADDR", async lab => await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", $"127.0.0.1:{await PortAsync(lab)}"))),
        new("a URL in CONSUL_HTTP_ADDR", async lab => await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", $"http://127.0.0.1:{await PortAsync(lab)}"))),
        new("CONSUL_HTTP_SSL=false with an http address", async lab =>
            await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", $"127.0.0.1:{await PortAsync(lab)}"), ("CONSUL_HTTP_SSL", "false"))),
        new("TLS settings that a plain http address does not use", async lab => await HealthyLab.WithVariablesAsync(
            ("CONSUL_HTTP_ADDR", $"127.0.0.1:{await PortAsync(lab)}"), ("CONSUL_CACERT", lab.Certificates.Authority().CertificateFile), ("CONSUL_TLS_SERVER_NAME", "server.dc1.consul"))),
        new("an option that beats CONSUL_HTTP_ADDR", async lab => await Diagnose.RunAsync(
            new ConsulSessionOptions { Address = $"http://127.0.0.1:{await PortAsync(lab)}" }, null, new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = "http://127.0.0.1:1" })),
        new("a trailing slash in the option", lab => AtAsync(lab, "http://127.0.0.1:{0}/")),
        new("localhost, of whose addresses one is not listened on", lab => AtAsync(lab, "http://localhost:{0}")),
        new("a host name in capitals", lab => AtAsync(lab, "HTTP://LOCALHOST:{0}")),
        new("an IPv4 address written as an IPv6 one", lab => AtAsync(lab, "http://[::ffff:127.0.0.1]:{0}")),
        new("an IPv6 address", _ => OnSixAsync("http://[::1]:{0}")),
        new("an IPv6 address in its long form", _ => OnSixAsync("http://[0:0:0:0:0:0:0:1]:{0}")),
        new("every address of a name listened on", _ => OnAsync("127.0.0.1 ::1", "http://localhost:{0}")),
        new("an agent that listens on all addresses", _ => OnAsync("0.0.0.0", "http://127.0.0.3:{0}")),
        new("a unix socket", async lab => await Diagnose.RunAsync((await lab.Plain).UnixAddress!)),
        new("a unix socket in CONSUL_HTTP_ADDR", async lab => await HealthyLab.WithVariablesAsync(("CONSUL_HTTP_ADDR", (await lab.Plain).UnixAddress!.OriginalString))),
        new("the agent's own datacenter named", async lab => await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Plain).Address.ToString(), Datacenter = "dc1" })),
    ];

    private static async Task<int> PortAsync(HealthyLab lab) => (await lab.Plain).Ports.Http;

    private static async Task<ConsulDiagnosis> AtAsync(HealthyLab lab, string address) =>
        await Diagnose.RunAsync(new ConsulSessionOptions { Address = string.Format(null, address, await PortAsync(lab)) });

    private static Task<ConsulDiagnosis> OnSixAsync(string address)
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "This machine has no IPv6.");
        return OnAsync("127.0.0.1 ::1", address);
    }

    // The lab itself talks to 127.0.0.1, so that is listened on besides.
    private static async Task<ConsulDiagnosis> OnAsync(string listen, string address)
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, ExtraConfig = $$"""{ "addresses": { "http": "{{listen}}" } }""" });
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = string.Format(null, address, agent.Ports.Http) });
    }
}
