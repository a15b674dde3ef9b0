using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

/// <summary>A listing counts as whole only where an agent would have said that it is not, or the token is known to see all.</summary>
public sealed class VisibilityTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.8.7", false)]
    [InlineData("1.9.0", false)]
    [InlineData("1.10.12", false)]
    [InlineData("1.11.0", true)]
    [InlineData("1.22.2+ent", true)]
    public async Task An_agents_version_says_whether_it_tells_what_it_hides(string version, bool expected)
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        consul.On("GET", "/v1/agent/self", consul.Reply($"{{\"Config\":{{\"Version\":\"{version}\"}}}}"));
        using var session = LabSessions.Open(consul.Address.ToString(), consul.AddToken(("app/", "read")).SecretId);
        Assert.Equal(expected, await new KvVisibility(session).IsWholeAsync("app/", Stop));
    }

    [Fact]
    public async Task Who_may_write_all_of_it_sees_all_of_it_whatever_the_version()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        consul.On("GET", "/v1/agent/self", consul.Reply("{\"Config\":{\"Version\":\"1.8.7\"}}"));
        using var session = LabSessions.Open(consul.Address.ToString(), consul.AddToken(("app/", "write")).SecretId);
        Assert.True(await new KvVisibility(session).IsWholeAsync("app/", Stop));
        Assert.False(await new KvVisibility(session).IsWholeAsync("other/", Stop));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_question_that_a_box_blocks_is_no_sign_of_ACLs_that_are_off(int status)
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        consul.On("GET", "/v1/agent/self", consul.Reply("{\"Config\":{\"Version\":\"1.8.7\"}}"));
        consul.On("POST", "/v1/internal/acl/authorize", ScriptedResponse.Text("<html>blocked</html>", status));
        using var session = LabSessions.Open(consul.Address.ToString(), consul.AddToken(("app/", "write")).SecretId);
        Assert.False(await new KvVisibility(session).IsWholeAsync("app/", Stop));
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("0", true)]
    public async Task An_agent_with_ACLs_off_says_nothing_of_its_servers_which_do_themselves(string acls, bool expected)
    {
        using var consul = new ScriptedConsul();
        var off = ScriptedResponse.Text("ACL support disabled", 401);
        consul.On("POST", "/v1/internal/acl/authorize", off);
        consul.On("GET", "/v1/acl/token/self", off);
        consul.On("GET", "/v1/agent/self", consul.Reply("{\"Config\":{\"Version\":\"1.8.7\",\"Server\":false}}"));
        consul.On("GET", "/v1/agent/members", consul.Reply($"[{{\"Name\":\"s1\",\"Tags\":{{\"role\":\"consul\",\"acls\":\"{acls}\"}}}}]"));
        using var session = LabSessions.Open(consul.Address.ToString(), Guid.NewGuid().ToString());
        Assert.Equal(expected, await new KvVisibility(session).IsWholeAsync("app/", Stop));
    }

    [Fact]
    public async Task Without_ACLs_all_is_seen()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true }, Stop);
        using var session = LabSessions.Open(agent.Address.ToString());
        Assert.True(await new KvVisibility(session).IsWholeAsync("app/", Stop));
    }

    [Fact]
    public async Task Who_sends_no_token_is_never_told()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        using var anonymous = LabSessions.Open(consul.Address.ToString());
        Assert.False(await new KvVisibility(anonymous).IsWholeAsync("app/", Stop));
    }

    [Fact]
    public async Task Without_its_version_what_it_sends_with_every_answer_counts()
    {
        using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
        using var session = LabSessions.Open(consul.Address.ToString(), consul.AddToken(("app/", "read")).SecretId);
        Assert.True(await new KvVisibility(session).IsWholeAsync("app/", Stop));
        consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\""));
        Assert.False(await new KvVisibility(session).IsWholeAsync("app/", Stop));
    }
}
