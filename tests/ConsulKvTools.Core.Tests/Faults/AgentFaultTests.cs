using System.Net.Sockets;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>One real agent with a setting, a limit or a state that stops writes.</summary>
public sealed class AgentFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settings_that_stop_writes()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            InMemory = true, ExtraConfig = """{ "http_config": { "allow_write_http_from": ["10.0.0.0/8"] }, "limits": { "kv_max_value_size": 1000 } }""",
        });
        Diagnose.Names("Agent.WriteCidr", FaultOrigin.Real, "allow_write_http_from without this machine", await Diagnose.RunAsync(agent.Address));
        Diagnose.Names("Limit.KvMaxValueSize", FaultOrigin.Real, "1001 bytes, kv_max_value_size 1000", await Diagnose.RunAsync(agent.Address, request: new DiagnosisRequest { Key = "app/x", Value = new byte[1001] }));

        await using var blocked = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/kv"] } }""" });
        Diagnose.Names("Agent.EndpointBlocked", FaultOrigin.Real, "block_endpoints lists /v1/kv", await Diagnose.RunAsync(blocked.Address));
    }

    [Fact]
    public async Task A_token_that_may_not_ask_the_agent()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions() });
        var token = await agent.CreateTokenAsync("key_prefix \"app/\" { policy = \"write\" }");
        var diagnosis = await Diagnose.RunAsync(agent.Address, token.SecretId);
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Agent.NotPermitted", FaultOrigin.Real, "a token without agent:read", diagnosis);
    }

    [Fact]
    public async Task As_many_connections_as_Consul_allows_by_default()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var hogs = new List<TcpClient>();
        try
        {
            // A few of them may be closed for the lab's own: then the rest fill up.
            for (var number = 0; number < 205; number++)
            {
                var hog = new TcpClient("127.0.0.1", agent.HttpAddress!.Port);
                hogs.Add(hog);
                try
                {
                    await hog.GetStream().WriteAsync("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n"u8.ToArray(), Stop);
                }
                catch (IOException)
                {
                    // Closed already: that is the limit.
                }
            }
            var diagnosis = await Eventually.NamesAsync("Limit.HttpMaxConns", () => Diagnose.RunAsync(agent.Address));
            Assert.True((int)diagnosis.RootCause!.Evidence["count"]! >= 190, Diagnose.Text(diagnosis));
            Assert.Contains(diagnosis.Findings, finding => finding.Code == "Tcp.ClosedOnAccept" && finding.BlockedBy == "Limit.HttpMaxConns");
            FaultMatrix.Add(FaultOrigin.Real, "200 connections held, nothing set on the agent", diagnosis);
        }
        finally
        {
            hogs.ForEach(hog => hog.Dispose());
        }
    }

    [Fact]
    public async Task Too_many_connections_and_calls()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, ExtraConfig = """{ "limits": { "http_max_conns_per_client": 3 } }""" });
        var hogs = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 3; number++)
            {
                var hog = new TcpClient("127.0.0.1", agent.HttpAddress!.Port);
                hogs.Add(hog);
                await hog.GetStream().WriteAsync("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n"u8.ToArray(), Stop);
            }
            var diagnosis = await Eventually.NamesAsync("Tcp.ClosedOnAccept|Limit.HttpMaxConns", () => Diagnose.RunAsync(agent.Address));
            FaultMatrix.Add(FaultOrigin.Real, "three connections held, http_max_conns_per_client 3", diagnosis);
        }
        finally
        {
            hogs.ForEach(hog => hog.Dispose());
        }

        await using var server = await ConsulAgent.StartAsync();
        await using var client = await ConsulAgent.StartAsync(new ConsulAgentOptions
        {
            Server = false, RetryJoin = [server.GossipAddress], BindAddress = "127.0.0.2", ExtraConfig = """{ "limits": { "rpc_rate": 0.5, "rpc_max_burst": 8 } }""",
        });
        using var session = LabSessions.Open(client.AddressText, policy: LabSessions.Impatient with { MaxAttempts = 1 });
        ConsulKvWriteResult? last = null;
        for (var number = 0; number < 20 && last?.Code is null; number++) last = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [(byte)number] }, Stop);
        Assert.Equal("Limit.RpcRateClient", last!.Code);
        FaultMatrix.Add(FaultOrigin.Real, "more writes than rpc_rate of the client agent allows", last);
        Diagnose.Names("Limit.RpcRateClient", FaultOrigin.Real, "more writes than rpc_rate of the client agent allows", await Diagnose.RunAsync(client.Address));
    }

    [Fact]
    public async Task A_server_that_leaves()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 1, Clients = 0 });
        var server = cluster.Servers[0];
        var leave = server.SendAsync("PUT", "/v1/agent/leave", cancellationToken: Stop);
        var diagnosis = await Eventually.NamesAsync("Agent.Leaving", () => Diagnose.RunAsync(server.Address));
        Diagnose.Names("Agent.Leaving", FaultOrigin.Real, "consul leave on the only server", diagnosis);
        try
        {
            await leave;
        }
        catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException)
        {
            // It may be gone before it says so.
        }
    }

    [Fact]
    public async Task A_server_that_was_started_a_moment_ago()
    {
        // With the greatest multiplier a lone server waits ten seconds before it elects itself.
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = """{ "performance": { "raft_multiplier": 10 } }""", StartTimeout = TimeSpan.FromSeconds(60) });
        await agent.RestartAsync(waitUntilReady: false, cancellationToken: Stop);
        var diagnosis = await Eventually.NamesAsync("Agent.NotReadyAfterRestart", () => Diagnose.RunAsync(agent.Address));
        Diagnose.Names("Agent.NotReadyAfterRestart", FaultOrigin.Real, "a single server was restarted", diagnosis);
    }

    [Fact]
    public async Task An_agent_that_is_slow()
    {
        if (StraceFault.WhyNot is { } reason) Assert.Skip(reason);
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var fault = new StraceFault(agent.ProcessId!.Value, "write:delay_enter=700000");
        var diagnosis = await Eventually.RunAsync(() => Diagnose.RunAsync(agent.Address), diagnosis => diagnosis.Findings.Any(finding => finding.Code == "Agent.Slow"));
        Diagnose.Lists("Agent.Slow", FaultOrigin.Real, "each of the agent's writes to a connection takes 0.7 s longer (strace)", diagnosis);
    }

    [Fact]
    public async Task A_server_that_has_just_been_elected()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var diagnosis = await Eventually.RunAsync(async () =>
        {
            await agent.RestartAsync(waitUntilReady: false, cancellationToken: Stop);
            await Eventually.HoldsAsync(async () => await agent.LeaderAsync(Stop) is not null);
            return await Diagnose.RunAsync(agent.Address);
        }, diagnosis => diagnosis.RootCause?.Code == "Cluster.ElectionInProgress");
        Diagnose.Names("Cluster.ElectionInProgress", FaultOrigin.Real, "a single server was restarted and elects itself meanwhile", diagnosis);
        Assert.Equal(DiagnosisVerdict.Degraded, diagnosis.Verdict);
    }

    [Fact]
    public async Task An_agent_that_does_not_tell_its_leader()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true, WaitForLeader = false, ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/status"] } }""" });
        var diagnosis = await Eventually.RunAsync(() => Diagnose.RunAsync(agent.Address), diagnosis => diagnosis.Verdict == DiagnosisVerdict.Healthy);
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Cluster.LeaderUnknown", FaultOrigin.Real, "block_endpoints lists /v1/status", diagnosis);
    }
}
