using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>A client agent that cannot come to its servers, and servers that cannot come together.</summary>
public sealed class RpcFaultTests
{
    private const string OneKey = """{ "encrypt": "cg8StVXbQJ0gPvMd9o7yrg==" }""";
    private const string OtherKey = """{ "encrypt": "HbMZ1h9TBVGdYLQLdzfvkoICCbjTvkYLXUFXzJfwI+o=" }""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Agents_that_cannot_join()
    {
        await using var server = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = OneKey });
        async Task JoinAsync(string code, string how, ConsulAgentOptions options)
        {
            await using var agent = await ConsulAgent.StartAsync(options with { Server = false, WaitForLeader = false, BindAddress = "127.0.0.2" });
            await NamesAsync(code, how, agent);
        }

        await JoinAsync("Rpc.NoServers", "a client agent that was told of no server", new ConsulAgentOptions());
        await JoinAsync("Rpc.GossipKeyMismatch", "encrypt differs between client agent and server", new ConsulAgentOptions { ExtraConfig = OtherKey, RetryJoin = [server.GossipAddress] });
        await JoinAsync("Rpc.GossipKeyMismatch", "the server encrypts its gossip, the client agent does not", new ConsulAgentOptions { RetryJoin = [server.GossipAddress] });
        await JoinAsync("Rpc.ClientWrongDatacenter", "a client agent of dc9 joins a server of dc1", new ConsulAgentOptions { ExtraConfig = OneKey, Datacenter = "dc9", RetryJoin = [server.GossipAddress] });
        await JoinAsync("Rpc.GossipKeyMismatch", "encrypt differs between client agent and server, which tries every 7 s", new ConsulAgentOptions
        {
            ExtraConfig = """{ "encrypt": "HbMZ1h9TBVGdYLQLdzfvkoICCbjTvkYLXUFXzJfwI+o=", "retry_interval": "7s" }""", RetryJoin = [server.GossipAddress],
        });
        await JoinAsync("Rpc.JoinRefused", "nothing listens where retry_join points", new ConsulAgentOptions { RetryJoin = [$"127.0.0.1:{server.Ports.Unused}"] });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_and_server_that_disagree_about_tls(bool serverDemands)
    {
        using var certificates = new CertificateLab();
        var authority = certificates.Authority("Consul Agent CA lab");
        var certificate = authority.Issue("server.dc1.consul", "localhost", "127.0.0.1", "127.0.0.2");
        var tls = new AgentTlsOptions(certificate) { SecureRpc = true, AuthorityFile = authority.CertificateFile };
        await using var server = await ConsulAgent.StartAsync(new ConsulAgentOptions { Tls = serverDemands ? tls : null });
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            Server = false, WaitForLeader = false, BindAddress = "127.0.0.2", RetryJoin = [server.GossipAddress], Tls = serverDemands ? null : tls,
        });

        await NamesAsync("Rpc.TlsMismatch", serverDemands ? "the server has verify_incoming, the client agent no TLS" : "the client agent has verify_outgoing, the server no TLS", agent);
        if (!serverDemands) return;
        var line = server.Log.Split('\n').First(text => text.Contains("VerifyIncoming", StringComparison.Ordinal));
        Assert.Equal("Rpc.TlsMismatch", ServerTexts.Match(null, line, ServerTextScope.Write, [], wordsOnly: true));
    }

    [Fact]
    public async Task Servers_that_never_came_together()
    {
        await using var lone = await ConsulAgent.StartAsync(new ConsulAgentOptions { BootstrapExpect = 3, WaitForLeader = false });
        var diagnosis = await NamesAsync("Cluster.NeverBootstrapped", "one server with bootstrap_expect 3", lone);
        Assert.Equal(("3", 1), (diagnosis.RootCause!.Evidence["peers"], diagnosis.RootCause.Evidence["alive"]));
        await using var client = await ConsulAgent.StartAsync(new ConsulAgentOptions { Server = false, WaitForLeader = false, BindAddress = "127.0.0.3", RetryJoin = [lone.GossipAddress] });
        await NamesAsync("Cluster.NeverBootstrapped", "one server with bootstrap_expect 3, asked at a client agent", client);

        await using var other = await ConsulAgent.StartAsync(new ConsulAgentOptions { BootstrapExpect = 2, WaitForLeader = false, BindAddress = "127.0.0.2", RetryJoin = [lone.GossipAddress] });
        await using var untold = await ConsulAgent.StartAsync(new ConsulAgentOptions { BootstrapExpect = 0, WaitForLeader = false, BindAddress = "127.0.0.4" });
        Assert.EndsWith("bootstrap_expect is set on no server", (await NamesAsync("Cluster.NeverBootstrapped", "one server without bootstrap_expect", untold)).RootCause!.Title);

        await NamesAsync("Cluster.BootstrapExpectDiffers", "servers with bootstrap_expect 2 and 3", lone);
        await NamesAsync("Cluster.BootstrapExpectDiffers", "servers with bootstrap_expect 2 and 3, asked at a client agent", client);
    }

    [Fact]
    public async Task Two_clusters_that_meet_too_late()
    {
        await using var one = await ConsulAgent.StartAsync();
        await using var other = await ConsulAgent.StartAsync(new ConsulAgentOptions { BindAddress = "127.0.0.2" });
        await one.SendAsync("PUT", "/v1/agent/join/" + other.GossipAddress, cancellationToken: Stop);

        await NamesAsync("Cluster.SplitClusters", "two servers bootstrapped apart, then joined", one);
        await NamesAsync("Cluster.SplitClusters", "two servers bootstrapped apart, then joined", other);
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Clients = 1 });
        var (server, client) = (cluster.Servers[0], cluster.Clients[0]);
        using var session = LabSessions.Open(client.AddressText, policy: LabSessions.Impatient with { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(20), TotalTimeout = TimeSpan.FromSeconds(30) });

        // The write waits in a server that hangs, and then the server dies.
        server.Freeze();
        var write = new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [1] }, Stop);
        await Task.Delay(1000, Stop);
        server.Kill();
        var broken = await write;
        Assert.Equal((ConsulKvOutcome.Unknown, "Rpc.StreamEof"), (broken.Outcome, broken.Code));
        FaultMatrix.Add(FaultOrigin.Real, "the server was killed while the client agent waited for its answer", broken);

        var refused = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [1] }, Stop);
        Assert.Equal((ConsulKvOutcome.Failed, "Rpc.DialFailed"), (refused.Outcome, refused.Code));
        FaultMatrix.Add(FaultOrigin.Real, "the only server is dead, a moment later", refused);
    }

    private static async Task<ConsulDiagnosis> NamesAsync(string code, string how, ConsulAgent agent)
    {
        var diagnosis = await Eventually.NamesAsync(code, () => Diagnose.RunAsync(agent.Address));
        Diagnose.Names(code, FaultOrigin.Real, how, diagnosis);
        return diagnosis;
    }
}
