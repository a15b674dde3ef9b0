using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Links that are slow but do, busy agents, and time-outs that suffice.</summary>
internal static class LinkVariants
{
    public static IEnumerable<HealthyVariant> All =>
    [
        new("50 ms of latency", lab => DelayedAsync(lab, 50)),
        new("200 ms of latency", lab => DelayedAsync(lab, 200)),
        new("200 ms of latency under TLS", async lab =>
        {
            var authority = lab.Certificates.Authority();
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Tls = new AgentTlsOptions(authority.Issue("127.0.0.1")) });
            using var link = new TcpFaultProxy(agent.HttpsAddress!);
            link.Delay(TimeSpan.FromMilliseconds(200));
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = link.Address.ToString(), CACertificate = authority.CertificateFile });
        }),
        new("a link of 100 kB/s", async lab =>
        {
            using var link = new TcpFaultProxy((await lab.Plain).Address);
            link.Limit(100_000);
            return await Diagnose.RunAsync(link.Address);
        }),
        new("a connect time-out of one second", async lab => await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Plain).Address.ToString(), ConnectTimeout = TimeSpan.FromSeconds(1) })),
        new("a connect time-out of ten minutes", async lab => await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Plain).Address.ToString(), ConnectTimeout = TimeSpan.FromMinutes(10) })),
        new("a diagnosis that may take an hour", async lab => await Diagnose.RunAsync((await lab.Plain).Address, request: new DiagnosisRequest { Key = "app/x", Timeout = TimeSpan.FromHours(1) })),
        new("a single connection", async lab => await Diagnose.RunAsync(new ConsulSessionOptions { Address = (await lab.Plain).Address.ToString(), MaxConnections = 1 })),
        new("an agent that stores hundreds of writes a second meanwhile", async lab =>
        {
            var agent = await lab.Plain;
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                for (var number = 0; !stop.IsCancellationRequested; number++) await agent.PutKeyAsync($"busy/{writer}", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            })).ToArray();
            try
            {
                return await Diagnose.RunAsync(agent.Address);
            }
            finally
            {
                await stop.CancelAsync();
                await Task.WhenAll(writers);
            }
        }),
        new("many keys below the prefix", async lab =>
        {
            var agent = await lab.Plain;
            for (var batch = 0; batch < 20; batch++)
            {
                var operations = Enumerable.Range(0, 64).Select(number => $$"""{ "KV": { "Verb": "set", "Key": "many/{{batch}}/{{number}}", "Value": "dg==" } }""");
                Assert.Equal(System.Net.HttpStatusCode.OK, (await agent.SendAsync("PUT", "/v1/txn", $"[{string.Join(',', operations)}]")).Status);
            }
            return await Diagnose.RunAsync(agent.Address, request: new DiagnosisRequest { Key = "many/", Operation = AclOperation.List });
        }),
    ];

    private static async Task<ConsulDiagnosis> DelayedAsync(HealthyLab lab, int milliseconds)
    {
        using var link = new TcpFaultProxy((await lab.Plain).Address);
        link.Delay(TimeSpan.FromMilliseconds(milliseconds));
        return await Diagnose.RunAsync(link.Address);
    }
}
