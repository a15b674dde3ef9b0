using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>
/// One cluster, broken in one way after the other, and asked from everywhere: whoever is asked has to name the same fault, or the one that
/// can be seen from there.
/// </summary>
public sealed class ClusterVantageTests
{
    private const string Gone = "a majority of the servers was killed";

    /// <summary>A dead agent is called dead after two seconds, not ten; an election has time enough on a busy machine; autopilot forgets nobody meanwhile.</summary>
    private const string QuickGossip = """{ "gossip_lan": { "probe_interval": "300ms", "probe_timeout": "200ms", "suspicion_mult": 3, "gossip_interval": "100ms" }, "performance": { "raft_multiplier": 3 }, "autopilot": { "cleanup_dead_servers": false } }""";

    [Fact]
    public async Task Every_vantage_point_names_the_fault()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Clients = 1, Agent = new ConsulAgentOptions { ExtraConfig = QuickGossip } });
        var client = cluster.Clients[0];
        var leader = await cluster.LeaderAsync();
        var followers = await cluster.FollowersAsync();
        foreach (var agent in cluster.Agents) Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address));

        // A follower is down: the rest works, and everybody who is asked says which one is missing.
        followers[0].Kill();
        foreach (var agent in new[] { leader, followers[1], client })
        {
            var diagnosis = await NamesAsync("Cluster.ServerDown", "one of three servers was killed", agent);
            Assert.Equal(followers[0].NodeName, diagnosis.RootCause!.Evidence["node"]);
            Assert.Equal(DiagnosisVerdict.Degraded, diagnosis.Verdict);
        }
        await cluster.HealAsync();

        // The leader hangs, and by the time of asking another may have been elected.
        foreach (var vantage in new[] { "follower", "client" })
        {
            var hanging = await cluster.FreezeLeaderAsync();
            var asked = vantage == "client" ? client : cluster.Servers.First(server => server != hanging);
            await NamesAsync("Cluster.LeaderFrozen|Cluster.ElectionInProgress|Cluster.ServerDown", $"the leader was stopped (SIGSTOP), asked at a {vantage}", asked);
            Diagnose.Names("Http.ResponseTimeout", await Diagnose.RunAsync(hanging.Address, request: new DiagnosisRequest { Key = "app/x", Timeout = TimeSpan.FromSeconds(4) }));
            hanging.Thaw();
            await cluster.HealAsync();
            await Eventually.IsHealthyAsync(() => Diagnose.RunAsync(hanging.Address));
        }

        // Most servers hang, then most are gone: the one that is left cannot do anything alone.
        var left = (await cluster.LoseQuorumAsync(freeze: true))[0];
        foreach (var agent in new[] { left, client }) await NamesAsync("Cluster.QuorumLost", "a majority of the servers was stopped (SIGSTOP)", agent);
        await cluster.HealAsync();
        left = (await cluster.LoseQuorumAsync())[0];
        foreach (var agent in new[] { left, client })
        {
            var diagnosis = await NamesAsync("Cluster.QuorumLost", Gone, agent);
            Assert.Equal((1, 3), (diagnosis.RootCause!.Evidence["alive"], diagnosis.RootCause.Evidence["peers"]));
        }
        left.Kill();
        await NamesAsync("Rpc.NoServers|Rpc.DialFailed", "all servers were killed", client);
    }

    /// <summary>Without node:read nobody tells who is alive: that no leader comes has to do.</summary>
    [Fact]
    public async Task A_lost_quorum_that_gossip_may_not_tell_of()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Clients = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
        var token = (await cluster.Servers[0].CreateTokenAsync("""key_prefix "app/" { policy = "write" }""", TestContext.Current.CancellationToken)).SecretId;
        foreach (var agent in cluster.Agents) await Eventually.IsHealthyAsync(() => Diagnose.RunAsync(agent.Address, token));

        var left = (await cluster.LoseQuorumAsync())[0];
        await Eventually.HoldsAsync(async () => await left.LeaderAsync() is "");
        foreach (var (agent, secret, how) in new[] { (left, token, "a token for keys only"), (left, null, "no token"), (cluster.Clients[0], token, "a token for keys only, at a client agent") })
        {
            var diagnosis = await Diagnose.RunAsync(agent.Address, secret);
            Diagnose.Names("Cluster.QuorumLost", FaultOrigin.Real, $"{Gone}, asked with {how}", diagnosis);
            Assert.Equal(3, diagnosis.RootCause!.Evidence["peers"]);
        }
    }

    /// <summary>The others still name a leader that was killed a moment ago.</summary>
    [Theory]
    [InlineData(false, "Cluster.ElectionInProgress")]
    [InlineData(true, "Cluster.QuorumLost")]
    public async Task A_leader_that_died_a_moment_ago(bool anotherToo, string code)
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions
        {
            // Gossip calls a server dead sooner than Raft misses it: which of the two is late here must not depend on luck.
            Agent = new ConsulAgentOptions { ExtraConfig = """{ "performance": { "raft_multiplier": 4 }, "gossip_lan": { "suspicion_mult": 2 }, "autopilot": { "cleanup_dead_servers": false } }""", StartTimeout = TimeSpan.FromSeconds(60) },
        });
        var leader = await cluster.LeaderAsync();
        var followers = await cluster.FollowersAsync();
        leader.Kill();
        if (anotherToo) followers[1].Kill();
        var diagnosis = await Diagnose.RunAsync(followers[0].Address);
        Diagnose.Names(code, FaultOrigin.Real, anotherToo ? "the leader and another of three servers were killed a moment ago" : "the leader was killed a moment ago", diagnosis);
    }

    [Fact]
    public async Task A_leader_that_hangs_and_has_not_been_missed_yet()
    {
        // With the greatest multiplier the others wait ten seconds before they elect another.
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions
        {
            Clients = 1, Agent = new ConsulAgentOptions { ExtraConfig = """{ "performance": { "raft_multiplier": 10 } }""", StartTimeout = TimeSpan.FromSeconds(90) },
        });
        var follower = (await cluster.FollowersAsync())[0];
        await cluster.FreezeLeaderAsync();
        var (atFollower, atClient) = (Diagnose.RunAsync(follower.Address), Diagnose.RunAsync(cluster.Clients[0].Address));
        Diagnose.Names("Cluster.LeaderFrozen", FaultOrigin.Real, "the leader was stopped (SIGSTOP), asked at a follower", await atFollower);
        // A client agent asks any server, so that it may have been the one that hangs.
        Assert.Contains((await atClient).RootCause?.Code, new[] { "Cluster.LeaderFrozen", "Http.ResponseTimeout" });
    }

    [Fact]
    public async Task A_cluster_that_is_cut_in_two()
    {
        if (NetworkNamespace.WhyNoCut is { } reason) Assert.Skip(reason);
        using var network = new NetworkNamespace();
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions
        {
            Servers = 3, Clients = 1, Agent = new ConsulAgentOptions { ExtraConfig = QuickGossip, CommandPrefix = network.CommandPrefix, UnixSocket = true, DisableHttp = true },
        });
        var client = cluster.Clients[0];
        var old = await cluster.LeaderAsync();
        var others = await cluster.FollowersAsync();

        // The old leader is cut off from the others, not from the client agent, which passes the gossip on: everybody seems alive.
        foreach (var other in others) network.Cut(old.BindAddress, other.BindAddress);
        await NamesAsync("Cluster.QuorumLost|Cluster.RaftCutOff", "the leader was cut off from the other servers a moment ago, asked at the leader", old);
        await NamesAsync("Cluster.RaftCutOff", "the leader was cut off from the other servers, while gossip gets round, asked at the leader", old);
        foreach (var other in others) await Eventually.IsHealthyAsync(() => Diagnose.RunAsync(other.Address));
        network.Cut(old.BindAddress, client.BindAddress);
        CutGossipOverTcp();
        var minority = await NamesAsync("Cluster.QuorumLost", "the leader was cut off from all others, asked at the leader", old);
        Assert.Equal((1, 3), (minority.RootCause!.Evidence["alive"], minority.RootCause.Evidence["peers"]));
        foreach (var other in others) await NamesAsync("Cluster.ServerDown", "the leader was cut off from all others, asked at the majority", other);
        network.Mend();
        await Task.WhenAll(cluster.Servers.Select(server => Eventually.IsHealthyAsync(() => Diagnose.RunAsync(server.Address))));

        // Gossip is cut, Raft is not: the follower knows the leader's address and no longer the leader.
        var leader = await cluster.LeaderAsync();
        var follower = cluster.Servers.First(server => server != leader);
        foreach (var agent in cluster.Agents.Where(agent => agent != follower))
        {
            network.Cut(follower.BindAddress, agent.BindAddress, agent.Ports.SerfLan);
            network.Cut(follower.BindAddress, agent.BindAddress, follower.Ports.SerfLan);
        }
        CutGossipOverTcp();
        await NamesAsync("Cluster.LeaderNotTracked", "the gossip of one follower was cut (8301), its RPC was not", follower);
        network.Mend();
        await Task.WhenAll(cluster.Servers.Select(server => Eventually.IsHealthyAsync(() => Diagnose.RunAsync(server.Address))));

        // RPC is cut between the client agent and every server, gossip is not.
        foreach (var server in cluster.Servers) network.Cut(client.BindAddress, server.BindAddress, server.Ports.Server);
        await NamesAsync("Rpc.DialFailed|Http.ResponseTimeout|Rpc.StreamEof", "port 8300 was cut between a client agent and all servers", client);

        // Whom it cannot reach by UDP an agent also asks by TCP, from 127.0.0.1 whatever its own address is: who it was cannot be told apart.
        void CutGossipOverTcp()
        {
            foreach (var agent in cluster.Agents) network.Cut("127.0.0.1", agent.BindAddress, agent.Ports.SerfLan, "tcp");
        }
    }

    private static async Task<ConsulDiagnosis> NamesAsync(string codes, string how, ConsulAgent agent)
    {
        var diagnosis = await Eventually.NamesAsync(codes, () => Diagnose.RunAsync(agent.Address));
        Diagnose.Names(diagnosis.RootCause!.Code, FaultOrigin.Real, how, diagnosis);
        return diagnosis;
    }
}
