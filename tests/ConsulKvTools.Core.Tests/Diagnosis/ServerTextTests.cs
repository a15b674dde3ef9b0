using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Texts of Consul versions that cannot be run here, answered by a scripted server, as a write meets them.</summary>
public sealed class ServerTextTests
{
    [Theory]
    // 1.12 to 1.14, 1.15 and later: denials with detail
    [InlineData(403, "Permission denied: token with AccessorID '4a1c5b0e-1111-2222-3333-444455556666' lacks permission 'key:write' on \"app/x\"", "Acl.PermissionDenied", ConsulKvOutcome.Denied)]
    [InlineData(403, "rpc error making call: Permission denied: token with AccessorID '4a1c5b0e-1111-2222-3333-444455556666' lacks permission 'key:write' on \"app/x\"", "Acl.PermissionDenied", ConsulKvOutcome.Denied)]
    [InlineData(403, "Permission denied: anonymous token lacks permission 'key:write' on \"app/x\". The anonymous token is used implicitly when a request does not specify a token.", "Acl.BearerStrippedByProxy|Acl.AnonymousDenied", ConsulKvOutcome.Denied)]
    [InlineData(403, "ACL system must be bootstrapped before making any requests that require authorization: ACL not found", "Acl.NotBootstrapped", ConsulKvOutcome.Denied)]
    [InlineData(403, "rpc error making call: ACL not found", "Acl.TokenNotFound", ConsulKvOutcome.Denied)]
    [InlineData(500, "Cannot resolve root ACL", "Acl.RootName", ConsulKvOutcome.Denied)]
    [InlineData(403, "Access is restricted", "Agent.WriteCidr", ConsulKvOutcome.Denied)]
    [InlineData(403, "Endpoint is blocked by agent configuration", "Agent.EndpointBlocked", ConsulKvOutcome.Denied)]
    [InlineData(405, "method PUT not allowed", "Agent.MethodNotAllowed", ConsulKvOutcome.Failed)]
    [InlineData(400, "", "Agent.UnprintableFilter", ConsulKvOutcome.Failed)]
    [InlineData(431, "431 Request Header Fields Too Large", "Agent.MaxHeaderBytes", ConsulKvOutcome.Failed)]
    [InlineData(429, "Your IP is issuing too many concurrent connections, please rate limit your calls", "Limit.HttpMaxConns", ConsulKvOutcome.Failed)]
    [InlineData(429, "", "Limit.RpcRateClient", ConsulKvOutcome.Failed)]
    [InlineData(429, "rate limit exceeded, try again later or against a different server", "Limit.RequestLimits", ConsulKvOutcome.Failed)]
    [InlineData(503, "rate limit exceeded, try again later", "Limit.RequestLimits", ConsulKvOutcome.Failed)]
    [InlineData(413, "Request body(524289 bytes) too large, max size: 524288 bytes. See https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.", "Limit.KvMaxValueSize", ConsulKvOutcome.Failed)]
    [InlineData(500, "No cluster leader", "Cluster.NoLeader", ConsulKvOutcome.Failed)]
    [InlineData(500, "rpc error making call: No cluster leader", "Cluster.NoLeader", ConsulKvOutcome.Failed)]
    [InlineData(500, "Raft leader not found in server lookup mapping", "Cluster.LeaderNotTracked", ConsulKvOutcome.Failed)]
    [InlineData(500, "node is not the leader", "Cluster.NotLeaderRace", ConsulKvOutcome.Failed)]
    [InlineData(500, "leadership transfer in progress", "Cluster.LeadershipTransfer", ConsulKvOutcome.Failed)]
    [InlineData(500, "timed out enqueuing operation", "Cluster.EnqueueTimeout", ConsulKvOutcome.Failed)]
    [InlineData(500, "please resubmit call for rechunking", "Cluster.ChunkingResubmit", ConsulKvOutcome.Failed)]
    [InlineData(500, "No known Consul servers", "Rpc.NoServers", ConsulKvOutcome.Failed)]
    [InlineData(500, "rpc error getting client: failed to get conn: dial tcp 127.0.0.1:0->127.0.0.1:8300: connect: connection refused", "Rpc.DialFailed", ConsulKvOutcome.Failed)]
    [InlineData(500, "No path to datacenter", "Wan.UnknownDatacenter", ConsulKvOutcome.Failed)]
    [InlineData(500, "Remote DC has no server currently reachable", "Wan.RemoteDcUnavailable", ConsulKvOutcome.Failed)]
    [InlineData(500, "invalid key name, keys should respect the \"^[a-zA-Z0-9,_./\\-?&=]+$\" format", "Key.ValidationRegex", ConsulKvOutcome.Failed)]
    [InlineData(400, "Missing key name", "Key.Empty", ConsulKvOutcome.Failed)]
    [InlineData(400, "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature", "Config.NamespaceOnCe", ConsulKvOutcome.Failed)]
    [InlineData(400, "Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature", "Config.NamespaceOnCe", ConsulKvOutcome.Failed)]
    // May have been applied
    [InlineData(500, "leadership lost while committing log", "Cluster.LeadershipLostWhileCommitting", ConsulKvOutcome.Unknown)]
    [InlineData(500, "raft is already shutdown", "Cluster.RaftShutdown", ConsulKvOutcome.Unknown)]
    [InlineData(500, "rpc error making call: EOF", "Rpc.StreamEof", ConsulKvOutcome.Unknown)]
    [InlineData(500, "rpc error making call: i/o deadline reached", "Rpc.DeadlineReached", ConsulKvOutcome.Unknown)]
    [InlineData(500, "something nobody has written down", "Http.ServerError", ConsulKvOutcome.Unknown)]
    public async Task A_write_names_the_text(int status, string body, string codes, ConsulKvOutcome outcome)
    {
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/app/x", ScriptedResponse.Text(body, status));
        server.On("GET", "/v1/kv/app/x", ScriptedResponse.Text("No cluster leader", 500));
        using var session = LabSessions.Open(server.Address.ToString(), Guid.NewGuid().ToString(), LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = "v"u8.ToArray() }, TestContext.Current.CancellationToken);

        Assert.Contains(result.Code, codes.Split('|'));
        Assert.Equal(outcome, result.Outcome);
        Faults.FaultMatrix.Add(Faults.FaultOrigin.Scripted, $"answer {status} \"{(body.Length > 90 ? body[..90] + "…" : body)}\"", result);
        if (outcome == ConsulKvOutcome.Denied) Assert.Single(result.Attempts);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("<html>ok</html>", false)]
    public async Task Only_the_word_true_is_success(string body, bool written)
    {
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/app/x", ScriptedResponse.Text(body));
        server.On("GET", "/v1/kv/app/x", ScriptedResponse.Text("No cluster leader", 500));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        Assert.Equal(written ? ConsulKvOutcome.Written : ConsulKvOutcome.Unknown, result.Outcome);
    }

    [Theory]
    [InlineData("Access is restricted", "text/plain", "Agent.WriteCidr")]
    [InlineData("Permission denied", "text/plain", "Acl.PermissionDenied")]
    [InlineData("Access denied by policy", "text/plain", "Proxy.Forbidden")]
    [InlineData("<h1>Permission denied</h1>", "text/html", "Proxy.Forbidden")]
    public async Task A_proxy_that_signs_what_it_passes_on_is_told_from_one_that_refuses(string body, string type, string code)
    {
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/app/x", type == "text/html" ? ScriptedResponse.Html(body, 403, "Via: 1.1 cache", "Server: nginx") : ScriptedResponse.Text(body, 403, "Via: 1.1 cache", "Server: nginx"));
        using var session = LabSessions.Open(server.Address.ToString(), Guid.NewGuid().ToString(), LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        Assert.Equal(code, result.Code);
        Assert.Single(result.Attempts);
    }

    [Fact]
    public async Task A_redirect_is_never_followed_and_the_token_stays_at_home()
    {
        using var elsewhere = new ScriptedHttpServer();
        elsewhere.On(_ => true, ScriptedResponse.Text("true"));
        using var server = new ScriptedHttpServer();
        server.On(_ => true, ScriptedResponse.Text("", 301, "Location: " + elsewhere.Address + "v1/kv/app/x"));
        using var session = LabSessions.Open(server.Address.ToString(), Guid.NewGuid().ToString(), LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        Assert.Equal((ConsulKvOutcome.Failed, "Http.RedirectRefused"), (result.Outcome, result.Code));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task The_pause_an_agent_asks_for_is_kept()
    {
        using var server = new ScriptedHttpServer();
        server.On("PUT", "/v1/kv/app/x", ScriptedResponse.Text("rate limit exceeded, try again later", 503, "Retry-After: 1"), ScriptedResponse.Text("true"));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(1), result.Attempts[0].Pause);
    }
}
