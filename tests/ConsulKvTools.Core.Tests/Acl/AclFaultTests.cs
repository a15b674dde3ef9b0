using ConsulKvTools.Acl;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Acl;

/// <summary>Faults that need a history, a lost datacenter or a newer Consul, and what is worth a note.</summary>
[Collection(AclAgents.Name)]
public sealed class AclFaultTests(AclAgents agents)
{
    private const string Writer = """key_prefix "" { policy = "write" }""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_the_session_saw_valid_was_deleted()
    {
        var agent = await agents.DenyAsync();
        var token = await agent.CreateTokenAsync(Writer, Stop);
        using var session = LabSessions.Open(agent.AddressText, token.SecretId, LabSessions.Impatient);
        Diagnose.IsHealthy(await RunAsync(session));
        (await agent.SendAsync("DELETE", $"/v1/acl/token/{token.AccessorId}", cancellationToken: Stop)).EnsureSuccess("delete");
        var diagnosis = await RunAsync(session);
        Diagnose.Names("Acl.TokenDeleted", FaultOrigin.Real, "the token was deleted between two diagnoses of one session", diagnosis);
        Assert.Equal(token.AccessorId, diagnosis.RootCause!.Evidence["accessor"]);
        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [1] }, Stop);
        Assert.Equal((ConsulKvOutcome.Denied, "Acl.TokenDeleted"), (written.Outcome, written.Code));
        // Another session has no such memory, and does not pretend to.
        Diagnose.Names("Acl.TokenNotFound", await Diagnose.RunAsync(agent.Address, token.SecretId));
    }

    [Fact]
    public async Task A_token_that_the_session_saw_valid_expired()
    {
        var agent = await agents.DenyAsync();
        var policy = await agent.CreatePolicyAsync(AclAgents.Unique("short"), Writer, Stop);
        var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}],"ExpirationTTL":"60s"}""", Stop);
        using var session = LabSessions.Open(agent.AddressText, token.SecretId, LabSessions.Impatient);
        Diagnose.Lists("Acl.TokenExpiresSoon", FaultOrigin.Real, "a token with a minute to live", await RunAsync(session));
        for (var end = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(1000, Stop))
        {
            var diagnosis = await RunAsync(session);
            if (diagnosis.RootCause?.Code is "Acl.TokenExpiresSoon" or null && DateTime.UtcNow < end) continue;
            Diagnose.Names("Acl.TokenExpired", FaultOrigin.Real, "a token that lived a minute (-expires-ttl 60s), after that minute", diagnosis);
            break;
        }
        Diagnose.Names("Acl.TokenNotFound", await Diagnose.RunAsync(agent.Address, token.SecretId));
    }

    [Fact]
    public async Task What_is_worth_a_note_is_listed_and_accuses_nobody()
    {
        var agent = await agents.DenyAsync();
        Task<ConsulDiagnosis> Of(ConsulAgent at, string? token, AclOperation operation = AclOperation.Write, string key = "app/x") =>
            Diagnose.RunAsync(at.Address, token, new DiagnosisRequest { Key = key, Operation = operation });
        foreach (var (code, how, diagnosis) in new[]
        {
            ("Acl.ManagementTokenUsed", "the management token writes", await Of(agent, agent.ManagementToken)),
            ("Acl.LegacyToken", "a token made by /v1/acl/create, the system before 1.4", await Of(agent, await agents.LegacyTokenAsync("""key "app/" { policy = "write" }"""))),
            ("Acl.AgentDefaultTokenUsed", "no token sent to an agent with acl.tokens.default", await Of(await agents.ReadingDefaultAsync(), null, AclOperation.Read)),
            ("Acl.DisabledButTokenSent", "a token sent to an agent without ACLs", await Of(await agents.OffAsync(), Guid.NewGuid().ToString())),
        })
        {
            Diagnose.IsHealthy(diagnosis);
            Diagnose.Lists(code, FaultOrigin.Real, how, diagnosis);
        }
    }

    [Fact]
    public async Task Test_ConsulAcl_notes_what_is_odd_besides_the_answer()
    {
        var agent = await agents.DenyAsync();
        await agent.PutKeyAsync("noted/mine/x", "1", Stop);
        await NotesAsync("Acl.ReadFiltered", "a list of a prefix of which only a part may be read", agent, await agents.TokenAsync(agent, """key_prefix "noted/mine/" { policy = "read" }"""), AclOperation.List, "noted/");
        await NotesAsync("Acl.PrefixOvermatch", "key_prefix \"app\" without a slash", agent, await agents.TokenAsync(agent, """key_prefix "app" { policy = "write" }"""));
        await NotesAsync("Acl.CannotSeePolicies", "a token without acl:read", agent, await agents.TokenAsync(agent, Writer), withAdmin: false);
        await NotesAsync("Acl.Disabled", "an agent without ACLs", await agents.OffAsync(), null, withAdmin: false);
        await NotesAsync("Acl.IdentityGrantsNoKeys", "a service and a node identity", agent,
            (await agent.CreateTokenFromJsonAsync("""{"ServiceIdentities":[{"ServiceName":"app"}],"NodeIdentities":[{"NodeName":"n","Datacenter":"dc1"}]}""", Stop)).SecretId);
    }

    [Fact]
    public async Task A_policy_that_was_made_and_not_attached_is_found()
    {
        // On an agent of its own: the narrowest policy is to be found, and other tests make many.
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true, Acl = new() }, Stop);
        await agent.CreatePolicyAsync("wide", Writer, Stop);
        var narrow = await agent.CreatePolicyAsync("narrow", """key_prefix "app/" { policy = "write" }""", Stop);
        (await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"writers","Policies":[{"ID":"{{narrow}}"}]}""", cancellationToken: Stop)).EnsureSuccess("role");
        var token = await agent.CreateTokenFromJsonAsync("""{"ServiceIdentities":[{"ServiceName":"app"}]}""", Stop);
        var result = await NotesAsync("Acl.PolicyNotAttached", "a policy, and a role with it, that the token was not given", agent, token.SecretId);
        var note = result.Notes.Single(one => one.Code == "Acl.PolicyNotAttached");
        Assert.Equal(("narrow", "writers"), (note.Evidence["policy"], note.Evidence["role"]));
        await Grants.ApplyAsync(agent, note.Command!);
        using var session = LabSessions.Open(agent.AddressText, token.SecretId);
        var after = Assert.Single(await AclTest.RunAsync(session, "app/x", [AclOperation.Write], null, Stop));
        Assert.True(after.Allowed);
        // The command adds; it takes nothing away.
        Assert.Contains("service-identity:app", after.Notes.Single(one => one.Code == "Acl.IdentityGrantsNoKeys").Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_names_the_operation_that_may_not_be_done()
    {
        var agent = await agents.DenyAsync();
        using var session = LabSessions.Open(agent.AddressText, await agents.TokenAsync(agent, """key_prefix "app/" { policy = "write" }"""), LabSessions.Impatient);
        var results = await new KvWriter(session).WriteAtomicAsync([new() { Key = "app/x", Value = [1] }, new() { Key = "other", Value = [1] }], Stop);
        var denied = results.Single(result => result.Key == "other");
        Assert.Equal((ConsulKvOutcome.Denied, "Acl.TxnDenied"), (denied.Outcome, denied.Code));
        FaultMatrix.Add(FaultOrigin.Real, "an atomic batch with one key that the token may not write", denied);
    }

    [Fact]
    public async Task Without_its_primary_a_datacenter_that_denies_is_named()
    {
        await using var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } }, Stop);
        await using var two = await StartSecondaryAsync(one, "deny", "1s");
        using var session = LabSessions.Open(two.Servers[0].AddressText, (await one.Servers[0].CreateTokenAsync(Writer, Stop)).SecretId, LabSessions.Impatient);
        Diagnose.IsHealthy(await RunAsync(session));
        one.Servers[0].Kill();
        ConsulKvWriteResult written;
        for (var end = DateTime.UtcNow.AddSeconds(30); (written = await WriteAsync(session)).Outcome == ConsulKvOutcome.Written && DateTime.UtcNow < end;) await Task.Delay(500, Stop);
        Assert.Equal(ConsulKvOutcome.Denied, written.Outcome);
        Diagnose.Names("Acl.DownPolicyDeny", FaultOrigin.Real, "the primary was killed, down_policy = \"deny\"", await RunAsync(session));
        // Then even the anonymous token is unknown, which is no fault of the agent's default token: it has none.
        using var nobody = LabSessions.Open(two.Servers[0].AddressText, policy: LabSessions.Impatient);
        for (var end = DateTime.UtcNow.AddSeconds(40); (written = await WriteAsync(nobody)).Code != "Acl.AgentDefaultTokenBad" && DateTime.UtcNow < end;) await Task.Delay(500, Stop);
        Assert.Equal("Acl.AgentDefaultTokenBad", written.Code);
        Diagnose.Names("Acl.DownPolicyDeny", FaultOrigin.Real, "the primary was killed, no token is sent", await RunAsync(nobody));
    }

    [Theory]
    [InlineData("extend-cache")]
    [InlineData("async-cache")]
    [InlineData("allow")]
    public async Task Without_its_primary_a_datacenter_that_lets_tokens_through_is_named(string downPolicy)
    {
        await using var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } }, Stop);
        // A short memory: after the first failure an agent answers "ACL not found" from it, whatever its policy.
        await using var two = await StartSecondaryAsync(one, downPolicy, "1ms");
        using var known = LabSessions.Open(two.Servers[0].AddressText, (await one.Servers[0].CreateTokenAsync(Writer, Stop)).SecretId, LabSessions.Impatient);
        Diagnose.IsHealthy(await RunAsync(known));
        one.Servers[0].Kill();
        await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        // A token that the agent knew, and one that nobody ever knew: what is wrong is the same.
        using var invented = LabSessions.Open(two.Servers[0].AddressText, Guid.NewGuid().ToString(), LabSessions.Impatient);
        foreach (var session in new[] { known, invented })
        {
            var diagnosis = await RunAsync(session);
            Assert.True(diagnosis.RootCause?.Code is "Acl.DownPolicyDeny" or "Acl.DownPolicyExtendFailsOpen" or "Acl.PrimaryUnreachable", Diagnose.Text(diagnosis));
            FaultMatrix.Add(FaultOrigin.Real, $"the primary was killed, down_policy = \"{downPolicy}\"", diagnosis);
        }
        // With a cache to extend only the very first request of a stranger is let through; then the agent remembers that it knows nothing.
        using var stranger = LabSessions.Open(two.Servers[0].AddressText, Guid.NewGuid().ToString(), LabSessions.Impatient);
        Assert.Equal(ConsulKvOutcome.Written, (await WriteAsync(stranger)).Outcome);
    }

    [Fact]
    public async Task A_write_that_proves_what_the_authorizer_denies_is_named()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true, Version = "1.11.0" });
        consul.On("GET", "/v1/acl/token/self", consul.Reply("rpc error getting client: failed to get conn: dial tcp 127.0.0.1:0->127.0.0.1:8300: connect: connection refused", 500));
        consul.On("POST", "/v1/internal/acl/authorize", consul.Reply("ACL not found", 403));
        consul.On("PUT", "/v1/kv/app/x", consul.Reply("false"));
        consul.On("GET", "/v1/kv/app/x", consul.Reply("", 404, "X-Consul-Index: 7"));
        Diagnose.Names("Acl.DownPolicyExtendFailsOpen", FaultOrigin.Scripted, "the authorizer knows no such token, and the write goes through", await Diagnose.RunAsync(consul.Address, Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task A_client_agent_with_acls_before_servers_without_is_no_fault()
    {
        await using var cluster = await ConsulCluster.StartAsync(new() { Servers = 1, Clients = 1, ClientAcl = new() }, Stop);
        Diagnose.IsHealthy(await Diagnose.RunAsync(cluster.Clients[0].Address, cluster.Clients[0].ManagementToken));
        Diagnose.IsHealthy(await Diagnose.RunAsync(cluster.Clients[0].Address));
    }

    [Theory]
    [InlineData("1.15.0", "Acl.NotBootstrapped", "the text of 1.15 before the bootstrap", 403, ConsulTexts.NotBootstrapped)]
    [InlineData("1.22.2", "Acl.NotBootstrapped", "the text of 1.15 before the bootstrap, through another server", 403, "rpc error making call: " + ConsulTexts.NotBootstrapped)]
    public async Task Newer_texts_that_no_old_agent_says_are_named(string version, string code, string how, int status, string text)
    {
        await using var consul = new ScriptedConsul(new() { Acl = true, Version = version });
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal) || request.Path.StartsWith("/v1/acl/", StringComparison.Ordinal) || request.Path.StartsWith("/v1/internal/", StringComparison.Ordinal), consul.Reply(text, status));
        Diagnose.Names(code, FaultOrigin.Scripted, how, await Diagnose.RunAsync(consul.Address, Guid.NewGuid().ToString()));
    }

    [Theory]
    [InlineData("1.12.0", "Permission denied: token with AccessorID '{accessor}' lacks permission 'key:write' on \"app/x\"")]
    [InlineData("1.14.11", "rpc error making call: Permission denied: token with AccessorID '{accessor}' lacks permission 'key:write' on \"app/x\"")]
    [InlineData("1.17.0", "Permission denied: token with AccessorID '{accessor}' lacks permission 'key:write' on \"app/x\" in partition \"default\" in namespace \"default\"")]
    [InlineData("1.22.2", "rpc error making call: rpc error making call: Permission denied: token with AccessorID '{accessor}' lacks permission 'key:write' on \"app/x\"")]
    public async Task The_longer_denials_of_newer_versions_name_the_same_cause(string version, string text)
    {
        await using var consul = new ScriptedConsul(new() { Acl = true, Version = version });
        var token = consul.AddToken();
        consul.On(request => request.Method == "PUT" && request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), consul.Reply(text.Replace("{accessor}", token.AccessorId, StringComparison.Ordinal), 403));
        Diagnose.Names("Acl.NoPolicies", FaultOrigin.Scripted, $"the denial of {version}", await Diagnose.RunAsync(consul.Address, token.SecretId));
        using var session = LabSessions.Open(consul.Address.OriginalString, token.SecretId, LabSessions.Impatient);
        var written = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [1] }, Stop);
        Assert.Equal((ConsulKvOutcome.Denied, "Acl.PermissionDenied", token.AccessorId), (written.Outcome, written.Code, written.Finding!.Evidence["accessor"]));
    }

    [Fact]
    public async Task A_code_policy_that_denies_what_the_rules_allow_is_named()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true, Version = "1.17.0+ent" });
        const string Rules = "key_prefix \\\"app/\\\" { policy = \\\"write\\\" sentinel { code = \\\"main = rule { false }\\\" enforcementlevel = \\\"hard-mandatory\\\" } }";
        consul.On("GET", "/v1/acl/token/self", consul.Reply("""{"AccessorID":"b6b8a1f4-0000-4000-8000-000000000001","CreateTime":"2026-01-01T00:00:00Z","Policies":[{"ID":"b6b8a1f4-0000-4000-8000-000000000002","Name":"guarded"}]}"""));
        consul.On("GET", "/v1/acl/policy/b6b8a1f4-0000-4000-8000-000000000002", consul.Reply($$"""{"Name":"guarded","Rules":"{{Rules}}"}"""));
        consul.On("POST", "/v1/internal/acl/authorize", consul.Reply("""[{"Allow":false},{"Allow":false},{"Allow":false}]"""));
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), consul.Reply("Permission denied", 403));
        Diagnose.Names("Acl.SentinelOrNsDefaultPolicy", FaultOrigin.Scripted, "a rule with Sentinel code, allowed by the rule and denied by Enterprise", await Diagnose.RunAsync(consul.Address, Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task A_token_of_upper_case_is_as_good_as_any_and_one_in_the_wrong_case_is_named()
    {
        var agent = await agents.DenyAsync();
        var policy = await agent.CreatePolicyAsync(AclAgents.Unique("case"), Writer, Stop);
        var secret = "ABCDEF00-AAAA-4BBB-8CCC-" + Guid.NewGuid().ToString("N").ToUpperInvariant()[..12];
        await agent.CreateTokenFromJsonAsync($$"""{"SecretID":"{{secret}}","Policies":[{"ID":"{{policy}}"}]}""", Stop);
        using var session = LabSessions.Open(agent.AddressText, secret, LabSessions.Impatient);
        Diagnose.IsHealthy(await RunAsync(session));
        Assert.Equal(ConsulKvOutcome.Written, (await WriteAsync(session)).Outcome);

        var token = (await agent.CreateTokenAsync(Writer, Stop)).SecretId;
        using var wrong = LabSessions.Open(agent.AddressText, token.ToUpperInvariant(), LabSessions.Impatient);
        Diagnose.Names("Config.TokenQuotedOrCase", FaultOrigin.Real, "a token whose letters were made capitals", await RunAsync(wrong));
        var written = await WriteAsync(wrong);
        Assert.Equal((ConsulKvOutcome.Denied, "Config.TokenQuotedOrCase", "-Token"), (written.Outcome, written.Code, written.Finding!.Evidence["source"]));
    }

    [Fact]
    public async Task What_the_anonymous_token_may_does_not_make_the_default_policy_allow()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true, Acl = new() }, Stop);
        var open = await agent.CreatePolicyAsync("open", """key_prefix "app/" { policy = "write" }""", Stop);
        const string Anonymous = "00000000-0000-0000-0000-000000000002";
        (await agent.SendAsync("PUT", "/v1/acl/token/" + Anonymous, $$"""{"AccessorID":"{{Anonymous}}","Policies":[{"ID":"{{open}}"}]}""", cancellationToken: Stop)).EnsureSuccess("anonymous");
        const string Rules = """key_prefix "" { policy = "read" } key_prefix "app/" { policy = "write" } key_prefix "app/locked/" { policy = "read" }""";
        var token = (await agent.CreateTokenAsync(Rules, Stop)).SecretId;
        Diagnose.Names("Acl.LongestPrefixDeny", FaultOrigin.Real, "a longer prefix only reads, and the anonymous token may write",
            await Diagnose.RunAsync(agent.Address, token, new DiagnosisRequest { Key = "app/locked/a" }));
        Diagnose.Names("Acl.RecurseDeleteNeedsWholePrefix", FaultOrigin.Real, "a tree with a part that only reads, and the anonymous token may write",
            await Diagnose.RunAsync(agent.Address, token, new DiagnosisRequest { Key = "app/", Operation = AclOperation.DeleteRecurse }));
    }

    [Fact]
    public async Task A_token_that_the_server_never_saw_is_told_by_the_command_too()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true, Version = "1.15.0" });
        consul.On(request => request.Method == "PUT" && request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), consul.Reply(ConsulTexts.AnonymousDenied("key:write", "app/x"), 403));
        using var session = LabSessions.Open(consul.Address.OriginalString, consul.AddToken().SecretId, LabSessions.Impatient);
        var stripped = await WriteAsync(session);
        Assert.Equal((ConsulKvOutcome.Denied, "Acl.BearerStrippedByProxy"), (stripped.Outcome, stripped.Code));
        Assert.Contains(session.Address, stripped.Finding!.Command, StringComparison.Ordinal);
        FaultMatrix.Add(FaultOrigin.Scripted, "a token is sent, and the denial of 1.15 speaks of the anonymous token", stripped);
        // Whoever sends the anonymous token itself is told of no proxy, by old and new servers.
        foreach (var address in new[] { consul.Address.OriginalString, (await agents.DenyAsync()).AddressText })
        {
            using var anonymous = LabSessions.Open(address, "anonymous", LabSessions.Impatient);
            Assert.Equal("Acl.AnonymousDenied", (await WriteAsync(anonymous)).Code);
        }
    }

    [Fact]
    public async Task A_policy_that_is_gone_while_the_token_still_lists_it_is_named()
    {
        await using var consul = new ScriptedConsul(new() { Acl = true });
        consul.On("GET", "/v1/acl/token/self", consul.Reply("""{"AccessorID":"b6b8a1f4-0000-4000-8000-000000000001","CreateTime":"2026-01-01T00:00:00Z","Policies":[{"ID":"b6b8a1f4-0000-4000-8000-000000000002","Name":"gone"}]}"""));
        consul.On("GET", "/v1/acl/policy/b6b8a1f4-0000-4000-8000-000000000002", consul.Reply("ACL not found", 403));
        consul.On("POST", "/v1/internal/acl/authorize", consul.Reply("""[{"Allow":false},{"Allow":false},{"Allow":false}]"""));
        consul.On(request => request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), consul.Reply("Permission denied", 403));
        Diagnose.Names("Acl.PolicyDeleted", FaultOrigin.Scripted, "token/self from a cache that still lists a deleted policy", await Diagnose.RunAsync(consul.Address, Guid.NewGuid().ToString()));
    }

    private async Task<ConsulAclResult> NotesAsync(string code, string how, ConsulAgent agent, string? token, AclOperation operation = AclOperation.Write, string key = "app/x", bool withAdmin = true)
    {
        using var session = LabSessions.Open(agent.AddressText, token);
        using var admin = withAdmin ? LabSessions.Open(agent.AddressText, agent.ManagementToken) : null;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var result = Assert.Single(await AclTest.RunAsync(session, key, [operation], admin, Stop));
        var note = Assert.Single(result.Notes, one => one.Code == code);
        Assert.Equal(FindingSeverity.Info, note.Severity);
        FaultMatrix.Add(FaultOrigin.Real, how, code, $"Test-ConsulAcl, {(result.Allowed == true ? "allowed" : "denied")}, noted", clock.Elapsed);
        return result;
    }

    private static Task<ConsulCluster> StartSecondaryAsync(ConsulCluster primary, string downPolicy, string memory) => ConsulCluster.StartAsync(
        new() { Servers = 1, JoinWan = primary, Agent = new() { Datacenter = "dc2", Acl = new() { DownPolicy = downPolicy, TokenTtl = memory } } }, Stop);

    private static Task<ConsulKvWriteResult> WriteAsync(ConsulKvSession session) => new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = [1] }, Stop);

    private static Task<ConsulDiagnosis> RunAsync(ConsulKvSession session) => Diagnoser.RunAsync(session, new DiagnosisRequest { Key = "app/x" }, null, Stop);
}
