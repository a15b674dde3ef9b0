using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>Two real datacenters.</summary>
public sealed class WanFaultTests
{
    [Fact]
    public async Task Another_datacenter()
    {
        await using var one = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1 });
        await using var two = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, JoinWan = one });
        var agent = one.Servers[0];
        Task<ConsulDiagnosis> InAsync(string? datacenter) => Diagnose.RunAsync(new ConsulSessionOptions { Address = agent.AddressText, Datacenter = datacenter });
        await Eventually.IsHealthyAsync(() => InAsync("dc2"));
        var unknown = await InAsync("DC2");
        Diagnose.Names("Wan.UnknownDatacenter", FaultOrigin.Real, "dc=DC2 where the name is dc2", unknown);
        Assert.Equal("There is no datacenter DC2", unknown.RootCause!.Title);
        Assert.Equal("dc1, dc2", unknown.RootCause.Evidence["names"]);
        using (var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = agent.AddressText, Datacenter = "DC2", RetryPolicy = LabSessions.Impatient }, ConsulEnvironment.Empty))
            Assert.Equal("There is no datacenter DC2", (await new ConsulKvTools.Kv.KvWriter(session).WriteAsync(new() { Key = "app/x", Value = [1] }, TestContext.Current.CancellationToken)).Finding!.Title);

        await two.Servers[0].PutKeyAsync("app/x", "there");
        var here = await InAsync(null);
        Diagnose.IsHealthy(here);
        Diagnose.Lists("Wan.KvNotReplicated", FaultOrigin.Real, "the key was written in dc2 and is asked for in dc1", here);
        Assert.DoesNotContain((await InAsync("dc2")).Findings, finding => finding.Code == "Wan.KvNotReplicated");

        two.Servers[0].Kill();
        Diagnose.Names("Wan.RemoteDcDownFresh", FaultOrigin.Real, "the only server of dc2 was killed a moment ago", await InAsync("dc2"));
        Diagnose.IsHealthy(await InAsync(null));
    }
}
