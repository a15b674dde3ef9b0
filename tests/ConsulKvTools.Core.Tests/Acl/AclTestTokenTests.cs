using ConsulKvTools.Acl;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>Tokens that are no tokens, agents that do not check them, and what the probe makes of it.</summary>
[Collection(AclAgents.Name)]
public sealed class AclTestTokenTests(AclAgents agents)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "Acl.AnonymousDenied")]
    [InlineData("anonymous", "Acl.AnonymousDenied")]
    [InlineData("5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a", "Acl.TokenNotFound")]
    [InlineData("hunter2", "Acl.TokenMalformed")]
    [InlineData("manage", "Acl.RootName")]
    public async Task Names_what_is_wrong_with_the_token(string secret, string code)
    {
        var agent = await agents.DenyAsync();
        using var session = LabSessions.Open(agent.Address.OriginalString, secret);
        foreach (var result in await AclTest.RunAsync(session, "app/x", [AclOperation.Write, AclOperation.Read, AclOperation.Lock], null, Stop))
        {
            Assert.False(result.Allowed);
            Assert.Equal(code, result.Code);
            Assert.Contains("consul acl token create", result.Command!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_accessor_is_no_secret()
    {
        var agent = await agents.DenyAsync();
        var token = await agent.CreateTokenAsync("""key_prefix "" { policy = "write" }""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.AccessorId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        Assert.Equal("Config.AccessorGiven", (await WriteAsync(session, "app/x", admin)).Code);
        Assert.Equal("Acl.TokenNotFound", (await WriteAsync(session, "app/x")).Code);
    }

    [Fact]
    public async Task The_agents_recovery_token_is_not_for_keys()
    {
        const string Recovery = "22222222-2222-2222-2222-222222222222";
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new(), ExtraConfig = """{"acl":{"tokens":{"agent_master":"22222222-2222-2222-2222-222222222222"}}}""" }, Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, Recovery);
        Assert.Equal("Acl.AgentMasterToken", (await WriteAsync(session, "app/x")).Code);
    }

    [Fact]
    public async Task An_unknown_default_token_of_the_agent_is_named()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new() { DefaultToken = Guid.NewGuid().ToString() } }, Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString);
        Assert.Equal("Acl.AgentDefaultTokenBad", (await WriteAsync(session, "app/x")).Code);
        using var good = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        Assert.True((await WriteAsync(good, "app/x")).Allowed);
    }

    [Fact]
    public async Task A_short_lived_token_is_announced_and_a_deleted_one_is_told_from_one_that_never_was()
    {
        var agent = await agents.DenyAsync();
        var policy = await agent.CreatePolicyAsync($"short-{Guid.NewGuid():N}", """key_prefix "app/" { policy = "write" }""", Stop);
        var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}],"ExpirationTTL":"5m"}""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        var result = await WriteAsync(session, "app/x");
        Assert.True(result.Allowed);
        Assert.Equal(FindingSeverity.Warning, Assert.Single(result.Notes, note => note.Code == "Acl.TokenExpiresSoon").Severity);
        await agent.SendAsync("DELETE", $"/v1/acl/token/{token.AccessorId}", cancellationToken: Stop);
        Assert.Equal("Acl.TokenDeleted", (await WriteAsync(session, "app/x")).Code);
        using var other = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        Assert.Equal("Acl.TokenNotFound", (await WriteAsync(other, "app/x")).Code);
    }

    [Fact]
    public async Task With_acls_off_everything_is_allowed()
    {
        var agent = await agents.OffAsync();
        using var session = LabSessions.Open(agent.Address.OriginalString, Guid.NewGuid().ToString());
        foreach (var result in await AclTest.RunAsync(session, "app/x", [AclOperation.Write, AclOperation.Read, AclOperation.List, AclOperation.Delete, AclOperation.DeleteRecurse, AclOperation.Lock], null, Stop))
        {
            Assert.True(result.Allowed, result.ToString());
            Assert.Equal("AclsDisabled", result.Method);
            Assert.Equal("Acl.DisabledButTokenSent", Assert.Single(result.Notes).Code);
        }
        var probe = await ProbeAsync(session, "app/x");
        Assert.Equal(ProbeStatus.Passed, probe.Status);
        Assert.Equal("Acl.DisabledButTokenSent", Assert.Single(probe.Findings).Code);
        using var bare = LabSessions.Open(agent.Address.OriginalString);
        Assert.Empty((await ProbeAsync(bare, "app/x")).Findings);
        Assert.Empty((await ProbeAsync(bare, null)).Findings);
    }

    [Fact]
    public async Task A_client_agent_without_acls_proves_nothing_about_its_servers()
    {
        await using var cluster = await ConsulCluster.StartAsync(new() { Servers = 1, Clients = 1, Agent = new() { Acl = new() }, ClientsWithoutAcl = true }, Stop);
        var client = Assert.Single(cluster.Clients);
        var server = cluster.Servers[0];
        var reader = await server.CreateTokenAsync("""key_prefix "app/" { policy = "read" }""", Stop);
        var writer = await server.CreateTokenAsync("""key_prefix "app/" { policy = "write" } session_prefix "" { policy = "write" }""", Stop);
        using var denied = LabSessions.Open(client.Address.OriginalString, reader.SecretId);
        var results = await AclTest.RunAsync(denied, "app/x", [AclOperation.Write, AclOperation.Delete, AclOperation.Read, AclOperation.Lock, AclOperation.DeleteRecurse], null, Stop);
        Assert.Equal([false, false, true, false, false], results.Select(result => result.Allowed));
        Assert.Equal(["NoOpWrite", "NoOpWrite", "Read", "NoOpWrite", "NoOpWrite"], results.Select(result => result.Method));
        Assert.Equal("Acl.ClientAgentAclDisabled", results[0].Code);
        using var allowed = LabSessions.Open(client.Address.OriginalString, writer.SecretId);
        results = await AclTest.RunAsync(allowed, "app/x", [AclOperation.Write, AclOperation.Lock, AclOperation.DeleteRecurse], null, Stop);
        Assert.Equal([true, true, null], results.Select(result => result.Allowed));
        Assert.Contains(results[0].Notes, note => note is { Code: "Acl.ClientAgentAclDisabled", Severity: FindingSeverity.Info });
        using var nobody = LabSessions.Open(client.Address.OriginalString);
        Assert.Equal("Acl.AnonymousDenied", (await WriteAsync(nobody, "app/x")).Code);
        using var unknown = LabSessions.Open(client.Address.OriginalString, Guid.NewGuid().ToString());
        Assert.Equal("Acl.TokenNotFound", (await WriteAsync(unknown, "app/x")).Code);
    }

    [Fact]
    public async Task A_local_token_does_not_count_in_another_datacenter()
    {
        await using var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } }, Stop);
        await using var two = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Datacenter = "dc2", Acl = new() }, JoinWan = one }, Stop);
        var policy = await one.Servers[0].CreatePolicyAsync("writer", """key_prefix "" { policy = "write" }""", Stop);
        var token = await one.Servers[0].CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}],"Local":true}""", Stop);
        using var here = LabSessions.Open(one.Servers[0].Address.OriginalString, token.SecretId);
        Assert.True((await WriteAsync(here, "app/x")).Allowed);
        using var there = ConsulKvSession.Create(
            new ConsulSessionOptions { Address = one.Servers[0].Address.OriginalString, Token = new ConsulSecret(token.SecretId), Datacenter = "dc2" }, ConsulEnvironment.Empty);
        var result = await WriteAsync(there, "app/x");
        Assert.False(result.Allowed);
        Assert.Equal("Acl.LocalTokenOtherDc", result.Code);
    }

    [Fact]
    public async Task Where_the_authorizer_is_closed_requests_that_change_nothing_answer()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { Acl = new(), ExtraConfig = """{"http_config":{"block_endpoints":["/v1/internal/acl"]}}""" }, Stop);
        var token = await agent.CreateTokenAsync("""key_prefix "app/" { policy = "read" } key_prefix "app/w/" { policy = "write" }""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        using var admin = LabSessions.Open(agent.Address.OriginalString, agent.ManagementToken);
        var results = await AclTest.RunAsync(session, "app/x", [AclOperation.Read, AclOperation.Write, AclOperation.Delete, AclOperation.Lock, AclOperation.List], admin, Stop);
        Assert.Equal([true, false, false, false, true], results.Select(result => result.Allowed));
        Assert.Equal("Acl.ReadOnly", results[1].Code);
        Assert.Equal("NoOpWrite", results[1].Method);
        Assert.Equal("Acl.PermissionDenied", (await WriteAsync(session, "app/x")).Code);
        Assert.True((await WriteAsync(session, "app/w/x")).Allowed);
        using var unknown = LabSessions.Open(agent.Address.OriginalString, Guid.NewGuid().ToString());
        Assert.Equal("Acl.TokenNotFound", (await WriteAsync(unknown, "app/x")).Code);
        using var root = LabSessions.Open(agent.Address.OriginalString, "manage");
        var written = await WriteAsync(root, "app/x");
        Assert.Equal("Acl.RootName", written.Code);
        Assert.DoesNotContain("<value>", written.Finding!.Title, StringComparison.Ordinal);
        using var nobody = LabSessions.Open(agent.Address.OriginalString);
        Assert.Equal("Acl.AnonymousDenied", (await WriteAsync(nobody, "app/x")).Code);
    }

    [Fact]
    public async Task A_proxy_that_drops_the_token_is_found_out()
    {
        var agent = await agents.DenyAsync();
        await using var proxy = new ScriptedHttpServer();
        proxy.On(_ => true, request =>
        {
            var answer = agent.SendAsync(request.Method, request.Path + (request.Query.Length > 0 ? "?" + request.Query : ""), request.Text, token: "", Stop).GetAwaiter().GetResult();
            return ScriptedResponse.Text(answer.Body, (int)answer.Status);
        });
        using var session = LabSessions.Open(proxy.Address.OriginalString, agent.ManagementToken);
        Assert.Equal("Acl.BearerStrippedByProxy", (await WriteAsync(session, "app/x")).Code);
    }

    [Fact]
    public async Task A_policy_that_is_gone_is_named()
    {
        await using var consul = new ScriptedHttpServer();
        consul.On("GET", "/v1/acl/token/self", ScriptedResponse.Json("""{"AccessorID":"b6b8a1f4-0000-4000-8000-000000000001","Policies":[{"ID":"b6b8a1f4-0000-4000-8000-000000000002","Name":"gone"}]}"""));
        consul.On("GET", "/v1/acl/policy/b6b8a1f4-0000-4000-8000-000000000002", ScriptedResponse.Text("ACL not found", 403));
        consul.On("POST", "/v1/internal/acl/authorize", ScriptedResponse.Json("""[{"Allow":false},{"Allow":false},{"Allow":false}]"""));
        using var session = LabSessions.Open(consul.Address.OriginalString, Guid.NewGuid().ToString());
        var result = await WriteAsync(session, "app/x");
        Assert.Equal("Acl.PolicyDeleted", result.Code);
        Assert.Equal("gone", result.Finding!.Evidence["policy"]);
    }

    [Fact]
    public async Task Newer_versions_say_that_nothing_was_bootstrapped()
    {
        const string Text = "ACL system must be bootstrapped before making any requests that require authorization: ACL not found";
        await using var consul = new ScriptedHttpServer();
        consul.On(_ => true, ScriptedResponse.Text(Text, 403, "X-Consul-Default-ACL-Policy: deny"));
        using var session = LabSessions.Open(consul.Address.OriginalString, Guid.NewGuid().ToString());
        Assert.Equal("Acl.NotBootstrapped", (await WriteAsync(session, "app/x")).Code);
    }

    [Fact]
    public async Task Newer_versions_have_words_of_their_own_for_an_unknown_token()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true });
        using var unknown = LabSessions.Open(consul.Address.OriginalString, Guid.NewGuid().ToString());
        Assert.Equal("Acl.TokenNotFound", (await WriteAsync(unknown, "app/x")).Code);
        using var nobody = LabSessions.Open(consul.Address.OriginalString);
        Assert.Equal("Acl.AnonymousDenied", (await WriteAsync(nobody, "app/x")).Code);
        using var reader = LabSessions.Open(consul.Address.OriginalString, consul.AddToken(("app/", "read")).SecretId);
        Assert.False((await WriteAsync(reader, "app/x")).Allowed);
    }

    [Theory]
    [InlineData("app/x", "Acl.ReadOnly", ProbeStatus.Failed)]
    [InlineData("app/w", null, ProbeStatus.Passed)]
    [InlineData(null, null, ProbeStatus.Passed)]
    [InlineData("/app/x", null, ProbeStatus.Passed)]
    public async Task The_probe_reports_a_denial_and_nothing_of_health(string? key, string? code, ProbeStatus status)
    {
        var agent = await agents.DenyAsync();
        var token = await agent.CreateTokenAsync("""key_prefix "app/" { policy = "read" } key "app/w" { policy = "write" }""", Stop);
        using var session = LabSessions.Open(agent.Address.OriginalString, token.SecretId);
        var result = await ProbeAsync(session, key);
        Assert.Equal(status, result.Status);
        Assert.Equal(code, result.Findings.FirstOrDefault(finding => finding.Severity > FindingSeverity.Info)?.Code);
        Assert.Equal(token.AccessorId, result.Facts["TokenAccessor"]);
        Assert.DoesNotContain(token.SecretId[..8], result + string.Join(" ", result.Findings.Select(finding => finding.Title + finding.Command)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_names_an_unknown_token_without_a_key()
    {
        var agent = await agents.DenyAsync();
        using var session = LabSessions.Open(agent.Address.OriginalString, Guid.NewGuid().ToString());
        Assert.Equal("Acl.TokenNotFound", Assert.Single((await ProbeAsync(session, null)).Findings).Code);
    }

    private static async Task<ConsulAclResult> WriteAsync(ConsulKvSession session, string key, ConsulKvSession? admin = null) =>
        Assert.Single(await AclTest.RunAsync(session, key, [AclOperation.Write], admin, Stop));

    private static Task<ProbeResult> ProbeAsync(ConsulKvSession session, string? key) =>
        new AclProbe().RunAsync(new ProbeContext(session, new DiagnosisRequest { Key = key }, TimeProvider.System), Stop);
}
