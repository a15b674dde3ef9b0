using ConsulKvTools.Acl;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>
/// Every slip is made for real: a policy with that fault, a token that has it, an agent that denies. The cause is named with an admin's
/// eyes, and, where the answers alone prove it, without.
/// </summary>
[Collection(AclAgents.Name)]
public sealed class AclTestDenialTests(AclAgents agents)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Policies divided by ###; key; operation; code; code for one who may not read rules.</summary>
    public static TheoryData<string, string, AclOperation, string, string> Slips => new()
    {
        { "", "app/x", AclOperation.Write, "Acl.NoPolicies", "Acl.NoPolicies" },
        { """key_prefix "other/" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.NoRule", "Acl.PermissionDenied" },
        { """service_prefix "" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.WrongResource", "Acl.PermissionDenied" },
        { """key_prefix "app/" { policy = "read" }""", "app/x", AclOperation.Write, "Acl.ReadOnly", "Acl.ReadOnly" },
        { """key "app/x" { policy = "read" }""", "app/x", AclOperation.Delete, "Acl.ReadOnly", "Acl.ReadOnly" },
        { """key_prefix "app/" { policy = "list" }""", "app/x", AclOperation.Write, "Acl.ListOnly", "Acl.ListOnly" },
        { """key "app" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.ExactKeyVsPrefix", "Acl.ExactKeyVsPrefix" },
        { """key "app/" { policy = "write" }""", "app/x/y", AclOperation.Write, "Acl.ExactKeyVsPrefix", "Acl.ExactKeyVsPrefix" },
        { """key_prefix "app/" { policy = "write" }""", "app", AclOperation.Write, "Acl.PrefixWithSlash", "Acl.PrefixWithSlash" },
        { """key_prefix "/app/" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.LeadingSlashRule", "Acl.LeadingSlashRule" },
        { """key "app/*" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.GlobRule", "Acl.GlobRule" },
        { """key_prefix "app/*" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.GlobRule", "Acl.GlobRule" },
        { """key_prefix "app/" { policy = "write" }""", "APP/x", AclOperation.Write, "Acl.CaseMismatch", "Acl.CaseMismatch" },
        { """key_prefix "App/Web/" { policy = "write" }""", "app/web/x", AclOperation.Write, "Acl.CaseMismatch", "Acl.CaseMismatch" },
        { """key_prefix "app/" { policy = "write" } key_prefix "app/ro/" { policy = "read" }""", "app/ro/x", AclOperation.Write, "Acl.LongestPrefixDeny", "Acl.LongestPrefixDeny" },
        { """key_prefix "" { policy = "read" } key_prefix "app/" { policy = "deny" }""", "app/x", AclOperation.Read, "Acl.LongestPrefixDeny", "Acl.LongestPrefixDeny" },
        { """key_prefix "app/" { policy = "write" } key "app/ro" { policy = "read" }""", "app/ro", AclOperation.Write, "Acl.ExactOverridesPrefix", "Acl.ExactOverridesPrefix" },
        { """key_prefix "app/" { policy = "write" } ### key_prefix "app/" { policy = "deny" }""", "app/x", AclOperation.Write, "Acl.DenyBeatsWrite", "Acl.PermissionDenied" },
        { """key_prefix "app/" { policy = "deny" }""", "app/x", AclOperation.Write, "Acl.DeniedByRule", "Acl.PermissionDenied" },
        { """key_prefix "app/" { policy = "write" } key "app/ro" { policy = "read" }""", "app/", AclOperation.DeleteRecurse, "Acl.RecurseDeleteNeedsWholePrefix", "Acl.RecurseDeleteNeedsWholePrefix" },
        { """key_prefix "app/" { policy = "write" }""", "app", AclOperation.DeleteRecurse, "Acl.RecurseDeleteNeedsWholePrefix", "Acl.RecurseDeleteNeedsWholePrefix" },
        { """key_prefix "app/" { policy = "read" }""", "app/", AclOperation.DeleteRecurse, "Acl.ReadOnly", "Acl.ReadOnly" },
        { """keyprefix "app/" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.PolicyTypo", "Acl.PermissionDenied" },
        { """key-prefix "app/" { policy = "write" } service "web" { policy = "write" }""", "app/x", AclOperation.Write, "Acl.PolicyTypo", "Acl.PermissionDenied" },
        { """key_prefix "app/" { policy = "write" }""", "app/x", AclOperation.Lock, "Acl.SessionWriteMissing", "Acl.SessionWriteMissing" },
        { """session_prefix "" { policy = "write" } key_prefix "app/" { policy = "read" }""", "app/x", AclOperation.Lock, "Acl.ReadOnly", "Acl.ReadOnly" },
        { """key_prefix "other/" { policy = "read" }""", "app/", AclOperation.List, "Acl.NoRule", "Acl.PermissionDenied" },
    };

    [Theory, MemberData(nameof(Slips))]
    public async Task Names_the_slip_and_the_rule_that_mends_it(string policies, string key, AclOperation operation, string seen, string inferred)
    {
        var agent = await agents.DenyAsync();
        var token = await TokenAsync(agent, policies);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);

        var blind = await RunAsync(session, key, operation, null);
        Assert.False(blind.Allowed);
        Assert.Equal(inferred, blind.Code);
        Assert.Equal(token.AccessorId, blind.AccessorId);

        var result = await RunAsync(session, key, operation, admin);
        Assert.False(result.Allowed);
        Assert.Equal(seen, result.Code);
        Assert.Equal("Authorize", result.Method);
        Assert.DoesNotContain('<', result.Finding!.Title + result.Finding.Cause);

        // What was worked out blindly is what stands there.
        if (blind.Finding!.Evidence["rule"] is string rule && rule.Contains('{') && inferred is not "Acl.GlobRule" && result.Finding.Evidence["rule"] is { } real) Assert.Equal(real, rule);

        await Grants.ApplyAsync(agent, result.Command!);
        Assert.True((await RunAsync(session, key, operation, admin)).Allowed, result.Command);
    }

    [Fact]
    public async Task A_rule_that_always_wins_is_corrected_not_outbid()
    {
        var agent = await agents.DenyAsync();
        var token = await TokenAsync(agent, """key "app/x" { policy = "deny" }""");
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var result = await RunAsync(session, "app/x", AclOperation.Write, admin);
        Assert.StartsWith("consul acl policy read -name ", result.Command!, StringComparison.Ordinal);
        Assert.Equal("""key "app/x" { policy = "deny" }""", result.DecidingRule);
        Assert.Equal(result.Policies!.Single(), result.DecidedBy);
        Assert.Equal("""key "app/x" { policy = "write" }""", result.SuggestedRule);
        Assert.DoesNotContain("policy create", result.Command!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_is_named_with_its_policy()
    {
        var agent = await agents.DenyAsync();
        var policy = await agent.CreatePolicyAsync(Unique("reader"), """key_prefix "app/" { policy = "read" }""", Stop);
        var name = Unique("role");
        await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"{{name}}","Policies":[{"ID":"{{policy}}"}],"ServiceIdentities":[{"ServiceName":"web"}]}""", cancellationToken: Stop);
        var token = await agent.CreateTokenFromJsonAsync($$"""{"Roles":[{"Name":"{{name}}"}],"ServiceIdentities":[{"ServiceName":"db"}]}""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var result = await RunAsync(session, "app/x", AclOperation.Write, admin);
        Assert.Equal("Acl.ReadOnly", result.Code);
        Assert.EndsWith($"(role {name})", result.DecidedBy, StringComparison.Ordinal);
        Assert.Contains("service-identity:db", result.Policies!);
        Assert.Contains("service-identity:web", result.Policies!);
    }

    [Fact]
    public async Task Only_identities_are_the_wrong_resource()
    {
        var agent = await agents.DenyAsync();
        var token = await agent.CreateTokenFromJsonAsync("""{"ServiceIdentities":[{"ServiceName":"web"}]}""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        Assert.Equal("Acl.WrongResource", (await RunAsync(session, "app/x", AclOperation.Write, null)).Code);
    }

    [Fact]
    public async Task A_policy_for_another_datacenter_is_named()
    {
        var agent = await agents.DenyAsync();
        var name = Unique("dc2-writer");
        await agent.SendAsync("PUT", "/v1/acl/policy", $$"""{"Name":"{{name}}","Rules":"key_prefix \"\" { policy = \"write\" }","Datacenters":["dc2"]}""", cancellationToken: Stop);
        var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"Name":"{{name}}"}]}""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var result = await RunAsync(session, "app/x", AclOperation.Write, admin);
        Assert.Equal("Acl.PolicyDcScoped", result.Code);
        Assert.Equal("dc1", result.Finding!.Evidence["datacenter"]);
    }

    [Fact]
    public async Task A_token_that_may_less_than_nobody_is_named()
    {
        var agent = await agents.AllowAsync();
        var token = await TokenAsync(agent, """key_prefix "app/" { policy = "deny" }""");
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        Assert.Equal("Acl.DefaultAllowExplicitDeny", (await RunAsync(session, "app/x", AclOperation.Write, admin)).Code);
        // Under default allow the token may read policies, so the blind way is taken from one that may not.
        var blind = await TokenAsync(agent, """key_prefix "app/" { policy = "read" } acl = "deny" """);
        using var blindSession = LabSessions.Open(agent.Address.OriginalString, blind.SecretId);
        Assert.Equal("Acl.DefaultAllowExplicitDeny", (await RunAsync(blindSession, "app/x", AclOperation.Write, null)).Code);
        Assert.True((await RunAsync(blindSession, "other", AclOperation.Write, null)).Allowed);
    }

    [Fact]
    public async Task Where_listing_is_a_right_of_its_own_it_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new() { KeyListPolicy = true } }, Stop);
        var token = await TokenAsync(agent, """key_prefix "app/" { policy = "read" }""");
        await agent.PutKeyAsync("app/x", "1", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        Assert.Equal("Acl.KeyListPolicy", (await RunAsync(session, "app/", AclOperation.List, null)).Code);
        var result = await RunAsync(session, "app/", AclOperation.List, admin);
        Assert.Equal("Acl.KeyListPolicy", result.Code);
        await Grants.ApplyAsync(agent, result.Command!);
        Assert.True((await RunAsync(session, "app/", AclOperation.List, admin)).Allowed);
    }

    [Fact]
    public async Task A_filtered_listing_is_allowed_and_says_so()
    {
        var agent = await agents.DenyAsync();
        await agent.PutKeyAsync("filtered/mine/x", "1", Stop);
        var token = await TokenAsync(agent, """key_prefix "filtered/mine/" { policy = "read" }""");
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        var result = await RunAsync(session, "filtered/", AclOperation.List, null);
        Assert.True(result.Allowed);
        Assert.Contains(result.Notes, note => note.Code == "Acl.ReadFiltered");
        Assert.True((await RunAsync(session, "filtered/mine/", AclOperation.List, null)).Allowed);
    }

    [Fact]
    public async Task Nothing_is_changed_by_asking()
    {
        var agent = await agents.DenyAsync();
        await agent.PutKeyAsync("still/x", "1", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var before = (await agent.SendAsync("GET", "/v1/kv/still/x", cancellationToken: Stop)).Body;
        var results = await AclTest.RunAsync(session, "still/x", Enum.GetValues<AclOperation>(), null, Stop);
        Assert.All(results, result => Assert.True(result.Allowed, result.ToString()));
        Assert.All(results, result => Assert.Equal("global-management", result.DecidedBy));
        Assert.All(results, result => Assert.All(result.Notes, note => Assert.Equal(FindingSeverity.Info, note.Severity)));
        Assert.Contains(results[0].Notes, note => note.Code == "Acl.ManagementTokenUsed");
        Assert.Equal(before, (await agent.SendAsync("GET", "/v1/kv/still/x", cancellationToken: Stop)).Body);
        Assert.DoesNotContain("asks-only", (await agent.SendAsync("GET", "/v1/session/list", cancellationToken: Stop)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slips_beside_the_point_are_notes()
    {
        var agent = await agents.DenyAsync();
        var token = await TokenAsync(agent, """key_prefix "app" { policy = "write" } keyprefix "b" { policy = "write" } key "c/*" { policy = "read" } key_prefix "/d" { policy = "read" }""");
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var result = await RunAsync(session, "app/x", AclOperation.Write, admin);
        Assert.True(result.Allowed);
        Assert.Equal("""key_prefix "app" { policy = "write" }""", result.DecidingRule);
        Assert.Equal(["Acl.GlobRule", "Acl.LeadingSlashRule", "Acl.PolicyTypo", "Acl.PrefixOvermatch"], result.Notes.Select(note => note.Code).Order(StringComparer.Ordinal));
        Assert.Contains((await RunAsync(session, "app/x", AclOperation.Write, null)).Notes, note => note.Code == "Acl.CannotSeePolicies");
    }

    private static async Task<ConsulAclResult> RunAsync(ConsulKvSession session, string key, AclOperation operation, ConsulKvSession? admin) =>
        Assert.Single(await AclTest.RunAsync(session, key, [operation], admin, Stop));

    private static async Task<LabToken> TokenAsync(ConsulAgent agent, string policies)
    {
        var ids = new List<string>();
        foreach (var rules in policies.Split("###", StringSplitOptions.RemoveEmptyEntries)) ids.Add(await agent.CreatePolicyAsync(Unique("slip"), rules, Stop));
        return await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{{string.Join(",", ids.Select(id => $$"""{"ID":"{{id}}"}"""))}}]}""", Stop);
    }

    private static string Unique(string name) => $"{name}-{Guid.NewGuid():N}";
}
