using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>The agents that the ACL tests share, each started when it is first needed.</summary>
[CollectionDefinition(Name)]
public sealed class AclAgents : ICollectionFixture<AclAgents>, IAsyncDisposable
{
    public const string Name = "ACL agents";

    /// <summary>The recovery token of the denying agent: good for the agent's own endpoints only.</summary>
    public const string RecoveryToken = "22222222-2222-2222-2222-222222222222";

    private readonly Lazy<Task<ConsulAgent>> deny = new(() => ConsulAgent.StartAsync(new()
    {
        Acl = new(), ExtraConfig = """{"acl":{"tokens":{"agent_master":"RECOVERY"}}}""".Replace("RECOVERY", RecoveryToken, StringComparison.Ordinal),
    }));
    private readonly Lazy<Task<ConsulAgent>> allow = new(() => StartAsync(new() { DefaultPolicy = "allow" }));
    private readonly Lazy<Task<ConsulAgent>> off = new(() => ConsulAgent.StartAsync());
    private readonly Lazy<Task<ConsulAgent>> keyList = new(() => StartAsync(new() { KeyListPolicy = true }));
    private readonly Lazy<Task<ConsulAgent>> badDefault = new(() => StartAsync(new() { DefaultToken = Guid.NewGuid().ToString() }));
    private readonly Lazy<Task<ConsulAgent>> readingDefault = new(StartReadingDefaultAsync);
    private readonly Lazy<Task<ConsulAgent>> notBootstrapped = new(() => StartAsync(new() { ManagementToken = null, AgentToken = "" }));
    private readonly Lazy<Task<ConsulCluster>> blindClient = new(() => ConsulCluster.StartAsync(new() { Servers = 1, Clients = 1, Agent = new() { Acl = new() }, ClientsWithoutAcl = true }));
    private readonly Lazy<Task<(ConsulCluster Primary, ConsulCluster Secondary, string Local, string Late)>> two = new(StartTwoAsync);
    private Lazy<Task<ScriptedHttpServer>>? stripping;

    /// <summary>ACLs on, default policy deny.</summary>
    public Task<ConsulAgent> DenyAsync() => deny.Value;

    /// <summary>ACLs on, default policy allow.</summary>
    public Task<ConsulAgent> AllowAsync() => allow.Value;

    /// <summary>ACLs off.</summary>
    public Task<ConsulAgent> OffAsync() => off.Value;

    /// <summary>Listing is a right of its own.</summary>
    public Task<ConsulAgent> KeyListAsync() => keyList.Value;

    /// <summary>Its default token is one that nobody knows.</summary>
    public Task<ConsulAgent> BadDefaultAsync() => badDefault.Value;

    /// <summary>Its default token may read keys and rules.</summary>
    public Task<ConsulAgent> ReadingDefaultAsync() => readingDefault.Value;

    /// <summary>Nobody has a token yet.</summary>
    public Task<ConsulAgent> NotBootstrappedAsync() => notBootstrapped.Value;

    /// <summary>A server with ACLs, and a client agent without.</summary>
    public Task<ConsulCluster> BlindClientAsync() => blindClient.Value;

    /// <summary>The datacenter that keeps the tokens.</summary>
    public async Task<ConsulCluster> PrimaryAsync() => (await two.Value).Primary;

    /// <summary>A datacenter that copied tokens until its own replication token was deleted.</summary>
    public async Task<ConsulCluster> SecondaryAsync() => (await two.Value).Secondary;

    /// <summary>A token that counts in the primary only.</summary>
    public async Task<string> LocalTokenAsync() => (await two.Value).Local;

    /// <summary>A global token that the secondary has not got.</summary>
    public async Task<string> UnreplicatedTokenAsync() => (await two.Value).Late;

    /// <summary>Passes everything on to the denying agent but the token.</summary>
    public Task<ScriptedHttpServer> StrippingProxyAsync() => (stripping ??= new(async () =>
    {
        var agent = await DenyAsync();
        var proxy = new ScriptedHttpServer();
        proxy.On(_ => true, request =>
        {
            var answer = agent.SendAsync(request.Method, request.Path + (request.Query.Length > 0 ? "?" + request.Query : ""), request.Text, token: "").GetAwaiter().GetResult();
            return ScriptedResponse.Text(answer.Body, (int)answer.Status);
        });
        return proxy;
    })).Value;

    /// <summary>A token with policies that are divided by ###.</summary>
    public async Task<string> TokenAsync(ConsulAgent agent, string policies)
    {
        var ids = new List<string>();
        foreach (var rules in policies.Split("###", StringSplitOptions.RemoveEmptyEntries)) ids.Add(await agent.CreatePolicyAsync(Unique("made"), rules));
        return (await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{{string.Join(",", ids.Select(id => $$"""{"ID":"{{id}}"}"""))}}]}""")).SecretId;
    }

    /// <summary>A token of the denying agent that has its policy by a role.</summary>
    public async Task<string> RoleTokenAsync(string rules)
    {
        var agent = await DenyAsync();
        var policy = await agent.CreatePolicyAsync(Unique("in-role"), rules);
        var role = Unique("role");
        (await agent.SendAsync("PUT", "/v1/acl/role", $$"""{"Name":"{{role}}","Policies":[{"ID":"{{policy}}"}]}""")).EnsureSuccess("role");
        return (await agent.CreateTokenFromJsonAsync($$"""{"Roles":[{"Name":"{{role}}"}]}""")).SecretId;
    }

    /// <summary>A token of the system before 1.4, which 1.8.7 still makes.</summary>
    public async Task<string> LegacyTokenAsync(string rules)
    {
        var agent = await DenyAsync();
        var body = new System.Text.Json.Nodes.JsonObject { ["Name"] = "legacy", ["Type"] = "client", ["Rules"] = rules };
        var made = (await agent.SendAsync("PUT", "/v1/acl/create", body.ToJsonString())).EnsureSuccess("legacy token");
        return (string)System.Text.Json.Nodes.JsonNode.Parse(made.Body)!["ID"]!;
    }

    public static string Unique(string name) => $"{name}-{Guid.NewGuid():N}";

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in new[] { deny, allow, off, keyList, badDefault, readingDefault, notBootstrapped })
            if (agent.IsValueCreated) await (await agent.Value).DisposeAsync();
        if (blindClient.IsValueCreated) await (await blindClient.Value).DisposeAsync();
        if (stripping is { IsValueCreated: true }) await (await stripping.Value).DisposeAsync();
        if (!two.IsValueCreated) return;
        await (await two.Value).Secondary.DisposeAsync();
        await (await two.Value).Primary.DisposeAsync();
    }

    private static Task<ConsulAgent> StartAsync(AgentAclOptions acl) => ConsulAgent.StartAsync(new() { Acl = acl });

    private static async Task<ConsulAgent> StartReadingDefaultAsync()
    {
        const string Secret = "33333333-3333-3333-3333-333333333333";
        var agent = await StartAsync(new() { DefaultToken = Secret });
        var policy = await agent.CreatePolicyAsync("reader", """key_prefix "" { policy = "read" } acl = "read" """);
        await agent.CreateTokenFromJsonAsync($$"""{"SecretID":"{{Secret}}","Policies":[{"ID":"{{policy}}"}]}""");
        return agent;
    }

    private static async Task<(ConsulCluster Primary, ConsulCluster Secondary, string Local, string Late)> StartTwoAsync()
    {
        var one = await ConsulCluster.StartAsync(new() { Servers = 1, Agent = new() { Acl = new() } });
        var primary = one.Servers[0];
        var replicator = await primary.CreateTokenAsync("""acl = "write" operator = "write" service_prefix "" { policy = "read" intentions = "read" }""");
        var other = await ConsulCluster.StartAsync(new()
        {
            Servers = 1, JoinWan = one, Agent = new() { Datacenter = "dc2", Acl = new() { TokenReplication = true, ReplicationToken = replicator.SecretId, TokenTtl = "1s" } },
        });
        await other.WaitForAclReplicationAsync();
        (await primary.SendAsync("DELETE", $"/v1/acl/token/{replicator.AccessorId}")).EnsureSuccess("delete");
        // The question under way still brings what changes; the next one is refused.
        for (var end = DateTime.UtcNow.AddSeconds(60); !await FailsAsync(other.Servers[0]);)
        {
            if (DateTime.UtcNow > end) throw new TimeoutException("Replication went on without its token.");
            await Task.Delay(200);
        }
        var policy = await primary.CreatePolicyAsync("writer", """key_prefix "" { policy = "write" }""");
        var local = await primary.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}],"Local":true}""");
        var late = await primary.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}]}""");
        return (one, other, local.SecretId, late.SecretId);
    }

    private static async Task<bool> FailsAsync(ConsulAgent agent)
    {
        using var status = System.Text.Json.JsonDocument.Parse((await agent.SendAsync("GET", "/v1/acl/replication")).EnsureSuccess("status").Body);
        return status.RootElement.GetProperty("LastError").GetDateTimeOffset() > status.RootElement.GetProperty("LastSuccess").GetDateTimeOffset();
    }
}
