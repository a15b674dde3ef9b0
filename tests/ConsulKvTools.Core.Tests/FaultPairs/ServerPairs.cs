using ConsulKvTools.Diagnosis;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>Agents and clusters that are broken, asked by clients that are too.</summary>
internal static class ServerPairs
{
    public static IEnumerable<FaultPair> All =>
    [
        new("no leader, and an unknown token that nobody can look up", ["Cluster.NeverBootstrapped", "Cluster.NoLeader < Cluster.NeverBootstrapped"], async lab => await Diagnose.RunAsync((await lab.Leaderless).Address, FaultPairLab.UnknownToken)),
        new("no leader, and a key that begins with a slash", ["Cluster.NeverBootstrapped", "Key.LeadingSlash"], async lab =>
            await Diagnose.RunAsync((await lab.Leaderless).Address, (await lab.Leaderless).ManagementToken, new DiagnosisRequest { Key = "/app/x" })),
        new("no leader, and the token file missing", ["Config.TokenFileMissing", "Cluster.NeverBootstrapped", "Cluster.NoLeader < Cluster.NeverBootstrapped"], async lab =>
            await FaultPairLab.WithVariablesAsync(null, ("CONSUL_HTTP_ADDR", (await lab.Leaderless).Address.Authority), ("CONSUL_HTTP_TOKEN_FILE", Path.Combine(lab.Certificates.Folder, "none")))),
        new("no leader, and the KV endpoint blocked", ["Agent.EndpointBlocked", "Cluster.NeverBootstrapped"], _ => WithAgentAsync(
            new ConsulAgentOptions { BootstrapExpect = 3, WaitForLeader = false, ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/kv"] } }""" }, null)),
        new("no leader, and a value that is too large", ["Limit.KvMaxValueSize", "Cluster.NeverBootstrapped", "Cluster.NoLeader < Cluster.NeverBootstrapped"], _ =>
            WithAgentAsync(new ConsulAgentOptions { BootstrapExpect = 3, WaitForLeader = false }, null, FaultPairLab.TooLarge)),
        new("a client agent without servers, and a token that nobody can look up", ["Rpc.NoServers"], _ =>
            WithAgentAsync(new ConsulAgentOptions { Server = false, WaitForLeader = false, Acl = new AgentAclOptions() }, FaultPairLab.UnknownToken)),
        new("a client agent without servers, and a key with an empty part", ["Rpc.NoServers", "Key.DoubleSlash"], _ =>
            WithAgentAsync(new ConsulAgentOptions { Server = false, WaitForLeader = false }, null, new DiagnosisRequest { Key = "app//x" })),
        new("writes not allowed from here, and no token, which may not even read", ["Agent.WriteCidr", "Key.Forbidden"], _ => WithAgentAsync(
            new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions(), ExtraConfig = """{ "http_config": { "allow_write_http_from": ["10.0.0.0/8"] } }""" }, null)),
        new("writes not allowed from here, and a value that is too large", ["Limit.KvMaxValueSize", "Agent.WriteCidr"], _ => WithAgentAsync(
            new ConsulAgentOptions { InMemory = true, ExtraConfig = """{ "http_config": { "allow_write_http_from": ["10.0.0.0/8"] } }""" }, null, FaultPairLab.TooLarge)),
        new("the KV endpoint blocked, and an unknown token", ["Agent.EndpointBlocked", "Acl.TokenNotFound"], _ => WithAgentAsync(
            new ConsulAgentOptions { InMemory = true, Acl = new AgentAclOptions(), ExtraConfig = """{ "http_config": { "block_endpoints": ["/v1/kv"] } }""" }, FaultPairLab.UnknownToken)),
        new("no connection left, and an unknown token that nobody can ask about", ["Tcp.ClosedOnAccept", "Http.EmptyReply < Tcp.ClosedOnAccept"], async _ =>
        {
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { Acl = new AgentAclOptions(), ExtraConfig = """{ "limits": { "http_max_conns_per_client": 3 } }""" });
            return await WithHogsAsync(agent, FaultPairLab.UnknownToken);
        }),
        new("the quorum lost, and a key that begins with a slash", ["Cluster.QuorumLost", "Key.LeadingSlash"], async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync();
            var survivor = (await cluster.LoseQuorumAsync())[0];
            var request = new DiagnosisRequest { Key = "/app/x" };
            ConsulDiagnosis? last = null;
            await Eventually.NamesAsync("Cluster.QuorumLost", async () => last = await Diagnose.RunAsync(survivor.Address, request: request));
            return last!;
        }),
        new("a frozen leader, and a token that may only read", ["Cluster.LeaderFrozen", "Acl.ReadOnly", "Http.ResponseTimeout < Cluster.LeaderFrozen"], async _ =>
        {
            await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
            var token = await cluster.Servers[0].CreateTokenAsync("key_prefix \"app/\" { policy = \"read\" }");
            var follower = (await cluster.FollowersAsync())[0];
            // The token arrives at a follower a moment after the majority has it.
            await Eventually.NamesAsync("Acl.ReadOnly", () => Diagnose.RunAsync(follower.Address, token.SecretId));
            await cluster.FreezeLeaderAsync();
            return await Diagnose.RunAsync(follower.Address, token.SecretId);
        }),
        new("a full disk at the leader, and a certificate about to expire", ["Storage.DiskFull", "Tls.CertificateExpiresSoon"], lab => ScriptedAsync(lab, "write raft.db: no space left on device", 500)),
        new("a rate limit, and a certificate about to expire", ["Limit.RequestLimits", "Tls.CertificateExpiresSoon"], lab => ScriptedAsync(lab, ConsulTexts.RateLimited, 429)),
    ];

    private static async Task<ConsulDiagnosis> WithAgentAsync(ConsulAgentOptions options, string? token, DiagnosisRequest? request = null)
    {
        await using var agent = await ConsulAgent.StartAsync(options);
        return await Diagnose.RunAsync(agent.Address, token, request);
    }

    private static async Task<ConsulDiagnosis> WithHogsAsync(ConsulAgent agent, string token)
    {
        var hogs = new List<System.Net.Sockets.TcpClient>();
        try
        {
            // The lab's own last connection may still hold a place: a hog that is turned away tries again.
            for (var tries = 0; hogs.Count < 3 && tries < 100; tries++)
            {
                var hog = new System.Net.Sockets.TcpClient("127.0.0.1", agent.HttpAddress!.Port);
                await hog.GetStream().WriteAsync("GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
                var closed = hog.GetStream().ReadAsync(new byte[1], 0, 1);
                if (await Task.WhenAny(closed, Task.Delay(200)) == closed) hog.Dispose();
                else hogs.Add(hog);
            }
            Assert.Equal(3, hogs.Count);
            return await Diagnose.RunAsync(agent.Address, token);
        }
        finally
        {
            hogs.ForEach(hog => hog.Dispose());
        }
    }

    private static async Task<ConsulDiagnosis> ScriptedAsync(FaultPairLab lab, string text, int status)
    {
        var ca = lab.Certificates.Authority();
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Tls = new TlsServerOptions(ca.Issue(new CertificateOptions { IpAddresses = ["127.0.0.1"], NotAfter = DateTimeOffset.UtcNow.AddDays(5) })) });
        consul.On("PUT", "/v1/kv/", consul.Reply(text, status));
        return await Diagnose.RunAsync(new ConsulSessionOptions { Address = consul.Address.ToString(), CACertificate = ca.CertificateFile });
    }
}
