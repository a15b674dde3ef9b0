using ConsulKvTools.Acl;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>The suggested commands, run with the real binary: afterwards the operation is allowed, and nothing else was lost or won.</summary>
[Collection(AclAgents.Name)]
public sealed class AclGrantAppliedTests(AclAgents agents)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Rules; key; operation; a key that must stay denied for writing.</summary>
    public static TheoryData<string, string, AclOperation> Needs => new()
    {
        { "", "app/x", AclOperation.Read },
        { "", "app/x", AclOperation.Write },
        { "", "app/x", AclOperation.Delete },
        { "", "app/x", AclOperation.Lock },
        { "", "app/", AclOperation.DeleteRecurse },
        { """key_prefix "app/" { policy = "deny" }""", "app/x", AclOperation.Write },
        { """key "app/x" { policy = "deny" }""", "app/x", AclOperation.Write },
        { """key "app/x" { policy = "deny" }""", "app/x", AclOperation.Read },
        { """key "app/x" { policy = "read" }""", "app/x", AclOperation.Write },
        { """key_prefix "app/" { policy = "write" } key "app/ro" { policy = "read" } key_prefix "app/more/" { policy = "list" }""", "app/", AclOperation.DeleteRecurse },
        { """key_prefix "app/" { policy = "write" } key "app/no" { policy = "deny" }""", "app/", AclOperation.DeleteRecurse },
        { "# don't touch\nservice \"web\" { policy = \"write\" intentions = \"read\" }\nkey \"app/x\" {\n  policy = \"deny\" // final\n}\n/* ' */ keyprefix \"kept\" { policy = \"read\" }", "app/x", AclOperation.Write },
        { """{"key":{"app/x":{"policy":"deny"}},"service":{"it's":{"policy":"read"}}}""", "app/x", AclOperation.Write },
        { "", "quote'd/\u2019x", AclOperation.Write },
        { "", "back\\slash/${x}", AclOperation.Write },
        { "", "größe/日本/🚀", AclOperation.Write },
        { "", "double\"quote", AclOperation.Write },
    };

    [Theory, MemberData(nameof(Needs))]
    public async Task Allows_it_and_keeps_the_rest(string rules, string key, AclOperation operation)
    {
        var agent = await agents.DenyAsync();
        var policies = rules.Length > 0 ? await agent.CreatePolicyAsync(AclAgents.Unique("before"), rules, Stop) : null;
        var role = AclAgents.Unique("kept");
        (await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"{{role}}","Policies":[{"ID":"{{await agent.CreatePolicyAsync(AclAgents.Unique("kept"), """key_prefix "kept/" { policy = "write" }""", Stop)}}"}]}""", cancellationToken: Stop)).EnsureSuccess("role");
        var token = await agent.CreateTokenFromJsonAsync(
            $$"""{"Description":"kept","Policies":[{{(policies is null ? "" : $$"""{"ID":"{{policies}}"}""")}}],"Roles":[{"Name":"{{role}}"}],"ServiceIdentities":[{"ServiceName":"web"}],"NodeIdentities":[{"NodeName":"n","Datacenter":"dc1"}]}""", Stop);
        using var session = LabSessions.Open(agent.AddressText, token.SecretId);
        using var admin = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        var before = await TestAsync(session, key, operation, admin);
        Assert.False(before.Allowed);
        await Grants.ApplyAsync(agent, before.Command!);
        var after = await TestAsync(session, key, operation, admin);
        Assert.True(after.Allowed, before.Command);
        Assert.True((await TestAsync(session, "kept/x", AclOperation.Write, admin)).Allowed, "the role was lost");
        Assert.False((await TestAsync(session, "stranger", AclOperation.Read, admin)).Allowed);
        if (operation is not AclOperation.DeleteRecurse) Assert.False((await TestAsync(session, key + "x", AclOperation.Write, admin)).Allowed, "more was granted than was asked for");
        Assert.Contains("service-identity:web", after.Policies!);
        Assert.Contains("node-identity:n", after.Policies!);
        if (rules.Contains("intentions", StringComparison.Ordinal))
        {
            var kept = (await agent.SendAsync("GET", $"/v1/acl/policy/{policies}", cancellationToken: Stop)).Body;
            Assert.Contains("intentions", kept, StringComparison.Ordinal);
            Assert.Contains("keyprefix", kept, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("legacy")]
    public async Task Who_has_no_token_that_can_be_mended_gets_a_new_one(string kind)
    {
        var agent = await agents.DenyAsync();
        var secret = kind switch { "legacy" => await agents.LegacyTokenAsync("""key "app/" { policy = "read" }"""), "unknown" => Guid.NewGuid().ToString(), _ => null };
        using var session = LabSessions.Open(agent.AddressText, secret);
        using var admin = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        var result = await TestAsync(session, "app/new-" + kind, AclOperation.Write, admin);
        Assert.False(result.Allowed);
        using var mended = LabSessions.Open(agent.AddressText, await Grants.ApplyAsync(agent, result.Command!));
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(mended).WriteAsync(new ConsulKvWrite { Key = "app/new-" + kind, Value = [1] }, Stop)).Outcome);
    }

    [Fact]
    public async Task A_lock_needs_its_session_on_this_node_only()
    {
        var agent = await agents.DenyAsync();
        using var session = LabSessions.Open(agent.AddressText, (await agent.CreateTokenAsync("""key_prefix "app/" { policy = "write" }""", Stop)).SecretId);
        using var admin = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        var result = await TestAsync(session, "app/x", AclOperation.Lock, admin);
        Assert.Equal("Acl.SessionWriteMissing", result.Code);
        Assert.Equal($"session \"{agent.NodeName}\" {{ policy = \"write\" }}", result.SuggestedRule);
        Assert.Equal("default policy (deny)", result.DecidedBy);
        Assert.Contains(agent.NodeName, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_rule_that_speaks_of_the_key_says_why_it_counts_or_not()
    {
        var agent = await agents.DenyAsync();
        var one = await agent.CreatePolicyAsync(AclAgents.Unique("one"), """key_prefix "" { policy = "read" } key_prefix "app/" { policy = "write" }""", Stop);
        var two = await agent.CreatePolicyAsync(AclAgents.Unique("two"), "\n\nkey_prefix \"app/\" { policy = \"deny\" } key \"other\" { policy = \"write\" }", Stop);
        var role = AclAgents.Unique("role");
        (await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"{{role}}","Policies":[{"ID":"{{two}}"}]}""", cancellationToken: Stop)).EnsureSuccess("role");
        var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{one}}"}],"Roles":[{"Name":"{{role}}"}]}""", Stop);
        using var session = LabSessions.Open(agent.AddressText, token.SecretId);
        using var admin = LabSessions.Open(agent.AddressText, agent.ManagementToken);
        var result = await TestAsync(session, "app/x", AclOperation.Write, admin);
        Assert.Equal(3, result.Rules.Count);
        Assert.Equal((true, two, role, 3), (result.Rules[0].IsDeciding, result.Rules[0].PolicyId, result.Rules[0].Role, result.Rules[0].Line));
        Assert.Contains("deny beats write", result.Rules[0].Why, StringComparison.Ordinal);
        Assert.Contains("beats it", result.Rules[1].Why, StringComparison.Ordinal);
        Assert.Equal("a longer prefix decides", result.Rules[2].Why);
        Assert.Contains(role, result.Reason, StringComparison.Ordinal);
        Assert.Empty((await TestAsync(session, "app/x", AclOperation.Write, null)).Rules);
        Assert.Equal("default policy (allow)", (await AllowedByDefaultAsync()).DecidedBy);
    }

    private async Task<ConsulAclResult> AllowedByDefaultAsync()
    {
        var agent = await agents.AllowAsync();
        using var session = LabSessions.Open(agent.AddressText, (await agent.CreateTokenFromJsonAsync("{}", Stop)).SecretId);
        return await TestAsync(session, "app/x", AclOperation.Write, null);
    }

    private static async Task<ConsulAclResult> TestAsync(ConsulKvSession session, string key, AclOperation operation, ConsulKvSession? admin) =>
        Assert.Single(await AclTest.RunAsync(session, key, [operation], admin, Stop));
}
