using ConsulKvTools.Acl;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>A secondary datacenter that has lost the one which keeps its tokens.</summary>
public sealed class AclTestDownPolicyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_its_primary_and_with_down_policy_deny_nobody_may_write()
    {
        await using var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } }, Stop);
        await using var two = await ConsulCluster.StartAsync(
            new() { Servers = 1, JoinWan = one, Agent = new() { Datacenter = "dc2", Acl = new() { DownPolicy = "deny", TokenTtl = "1s" } } }, Stop);
        var token = await one.Servers[0].CreateTokenAsync("""key_prefix "" { policy = "write" }""", Stop);
        using var session = LabSessions.Open(two.Servers[0].Address.OriginalString, token.SecretId);
        Assert.True((await WriteAsync(session)).Allowed);
        one.Servers[0].Kill();
        await Task.Delay(TimeSpan.FromSeconds(3), Stop);
        var result = await WriteAsync(session);
        Assert.False(result.Allowed);
        Assert.Equal("Acl.DownPolicyDeny", result.Code);
    }

    [Fact]
    public async Task A_token_that_nobody_can_check_and_that_writes_all_the_same_is_told()
    {
        await using var consul = new ScriptedHttpServer();
        consul.On("GET", "/v1/acl/token/self", ScriptedResponse.Text("rpc error getting client: failed to get conn: dial tcp 127.0.0.1:0->127.0.0.1:8300: connect: connection refused", 500));
        consul.On("POST", "/v1/internal/acl/authorize", ScriptedResponse.Text("ACL not found", 403));
        consul.On("PUT", "/v1/kv/app/x", ScriptedResponse.Json("false"));
        using var session = LabSessions.Open(consul.Address.OriginalString, Guid.NewGuid().ToString());
        var result = await WriteAsync(session);
        Assert.True(result.Allowed);
        Assert.Equal("NoOpWrite", result.Method);
        Assert.Equal("Acl.DownPolicyExtendFailsOpen", Assert.Single(result.Notes).Code);
    }

    private static async Task<ConsulAclResult> WriteAsync(ConsulKvSession session) => Assert.Single(await AclTest.RunAsync(session, "app/x", [AclOperation.Write], null, Stop));
}
