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

    /// <summary>Without agent:read the agent does not say which datacenter it belongs to.</summary>
    [Fact]
    public async Task Another_datacenter_that_is_down_asked_with_a_token_for_keys_only()
    {
        await using var one = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
        await using var two = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, JoinWan = one, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions { TokenReplication = true } } });
        var token = (await one.Servers[0].CreateTokenAsync("""key_prefix "app/" { policy = "write" }""", TestContext.Current.CancellationToken)).SecretId;
        await two.WaitForAclReplicationAsync();
        Task<ConsulDiagnosis> FromAsync(ConsulCluster here, ConsulCluster there, string? secret) => Diagnose.RunAsync(
            new ConsulSessionOptions { Address = here.Servers[0].AddressText, Datacenter = there.Datacenter, Token = secret is null ? null : new ConsulSecret(secret) });
        await Eventually.IsHealthyAsync(() => FromAsync(one, two, token));
        await Eventually.IsHealthyAsync(() => FromAsync(one, one, token));

        one.Servers[0].Kill();
        Diagnose.Names("Wan.RemoteDcDownFresh", FaultOrigin.Real, "the only server of dc1 was killed a moment ago, asked in dc2 with a token for keys only", await FromAsync(two, one, token));
        Diagnose.Names("Wan.RemoteDcDownFresh", FaultOrigin.Real, "the only server of dc1 was killed a moment ago, asked in dc2 without a token", await FromAsync(two, one, null));
    }
}
