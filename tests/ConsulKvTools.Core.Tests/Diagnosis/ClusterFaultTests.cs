using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Real agents and clusters, broken for real.</summary>
public sealed class ClusterFaultTests
{
    [Fact]
    public async Task A_lost_quorum_a_frozen_leader_and_their_recovery()
    {
        await using var cluster = await ConsulCluster.StartAsync();
        var follower = (await cluster.FollowersAsync())[0];
        Diagnose.IsHealthy(await Diagnose.RunAsync((await cluster.LeaderAsync()).Address));
        Diagnose.IsHealthy(await Diagnose.RunAsync(follower.Address));

        var leader = await cluster.FreezeLeaderAsync();
        Diagnose.Names("Cluster.LeaderFrozen", await Diagnose.RunAsync(follower.Address));
        leader.Thaw();
        await cluster.HealAsync();

        var lost = await cluster.LoseQuorumAsync();
        var survivor = cluster.Servers.First(server => server.IsRunning);
        // The survivor needs a moment to notice that the others are gone.
        await Eventually.NamesAsync("Cluster.QuorumLost", () => Diagnose.RunAsync(survivor.Address));
        Assert.NotEmpty(lost);
    }

    [Fact]
    public async Task Servers_that_wait_for_others_were_never_bootstrapped()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { BootstrapExpect = 3, WaitForLeader = false });
        Diagnose.Names("Cluster.NeverBootstrapped", await Diagnose.RunAsync(agent.Address));
    }

    [Fact]
    public async Task A_client_agent_without_servers_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { Server = false, WaitForLeader = false });
        Diagnose.Names("Rpc.NoServers", await Diagnose.RunAsync(agent.Address));
    }

    [Fact]
    public async Task A_client_agent_of_another_datacenter_is_named()
    {
        await using var server = await ConsulAgent.StartAsync();
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            Server = false, Datacenter = "dc9", RetryJoin = [server.GossipAddress], WaitForLeader = false, BindAddress = "127.0.0.2",
        });
        await Eventually.NamesAsync("Rpc.ClientWrongDatacenter|Rpc.NoServers", () => Diagnose.RunAsync(agent.Address));
    }

    [Fact]
    public async Task A_datacenter_that_does_not_exist_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync();
        Diagnose.Names("Wan.UnknownDatacenter", await Diagnose.RunAsync(new ConsulSessionOptions { Address = agent.Address.ToString(), Datacenter = "DC1" }));
    }

    [Fact]
    public async Task The_agents_own_limits_are_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            ExtraConfig = """{ "http_config": { "allow_write_http_from": ["10.0.0.0/8"] }, "limits": { "kv_max_value_size": 1000 } }""",
        });
        Diagnose.Names("Agent.WriteCidr", await Diagnose.RunAsync(agent.Address));
        Diagnose.Names("Limit.KvMaxValueSize", await Diagnose.RunAsync(agent.Address, request: new DiagnosisRequest { Key = "app/x", Value = new byte[1001] }));

        await using var blocked = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/kv"] } }""" });
        Diagnose.Names("Agent.EndpointBlocked", await Diagnose.RunAsync(blocked.Address));
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = """{ "limits": { "http_max_conns_per_client": 3 } }""" });
        var hogs = new List<System.Net.Sockets.TcpClient>();
        try
        {
            for (var number = 0; number < 3; number++)
            {
                var hog = new System.Net.Sockets.TcpClient("127.0.0.1", agent.HttpAddress!.Port);
                hogs.Add(hog);
                await hog.GetStream().WriteAsync("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
            }
            await Eventually.NamesAsync("Tcp.ClosedOnAccept|Limit.HttpMaxConns", () => Diagnose.RunAsync(agent.Address));
        }
        finally
        {
            hogs.ForEach(hog => hog.Dispose());
        }
    }
}
