using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Leaders, followers, client agents, several datacenters.</summary>
internal static class ClusterVariants
{
    public static IEnumerable<HealthyVariant> All =>
    [
        new("the leader of three", async lab => await OfAsync(lab, await (await lab.Cluster).LeaderAsync())),
        new("a follower of three", async lab => await OfAsync(lab, (await (await lab.Cluster).FollowersAsync())[0])),
        new("a client agent of three servers", async lab => await OfAsync(lab, (await lab.Cluster).Clients[0])),
        new("a client agent and a token for one key", async lab =>
        {
            var cluster = await lab.Cluster;
            var token = await cluster.Servers[0].CreateTokenAsync("key \"app/x\" { policy = \"write\" }");
            // A token arrives at the last server a moment after the majority has it; before that it is not healthy to use it.
            foreach (var server in cluster.Servers)
                while ((await server.SendAsync("GET", "/v1/acl/token/self?stale", token: token.SecretId)).Status != System.Net.HttpStatusCode.OK) await Task.Delay(20, TestContext.Current.CancellationToken);
            return await Diagnose.RunAsync(cluster.Clients[0].Address, token.SecretId);
        }),
        new("a client agent of one server without ACLs", async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Clients = 1 });
            return await Diagnose.RunAsync(cluster.Clients[0].Address);
        }),
        new("one of three servers down", async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync();
            (await cluster.FollowersAsync())[0].Kill();
            return await Diagnose.RunAsync((await cluster.LeaderAsync()).Address);
        }),
        new("one of five servers", async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 5 });
            return await Diagnose.RunAsync((await cluster.FollowersAsync())[0].Address);
        }),
        new("a new leader after the old one died", async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync();
            await cluster.KillLeaderAsync();
            var leader = await cluster.LeaderAsync();
            return await Diagnose.RunAsync(leader.Address);
        }),
        new("another datacenter over the WAN", async _ =>
        {
            await using var primary = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
            await using var secondary = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, JoinWan = primary, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions { TokenReplication = true } } });
            await secondary.WaitForAclReplicationAsync();
            return await Diagnose.RunAsync(new ConsulSessionOptions { Address = primary.Servers[0].Address.ToString(), Datacenter = secondary.Datacenter, Token = new ConsulSecret(primary.ManagementToken!) });
        }),
        new("a secondary datacenter asked itself", async _ =>
        {
            await using var primary = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
            await using var secondary = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, JoinWan = primary, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions { TokenReplication = true } } });
            await secondary.WaitForAclReplicationAsync();
            return await Diagnose.RunAsync(secondary.Servers[0].Address, primary.ManagementToken);
        }),
    ];

    private static async Task<ConsulDiagnosis> OfAsync(HealthyLab lab, ConsulAgent agent) => await Diagnose.RunAsync(agent.Address, (await lab.Cluster).ManagementToken);
}
