using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Acl;

/// <summary>The ways to get ACLs wrong, each made on real agents.</summary>
internal static class Misconfigurations
{
    private const string Recovery = AclAgents.RecoveryToken;

    public static IReadOnlyList<Misconfiguration> All { get; } =
    [
        // Rules. The token may read them, as the program's own token often may on a small cluster.
        Rule("a policy for another prefix", "Acl.NoRule", """key_prefix "other/" { policy = "write" }"""),
        Rule("a policy for services only", "Acl.WrongResource", """service_prefix "" { policy = "write" }"""),
        Rule("the key's name under service_prefix", "Acl.WrongResource", """service_prefix "app/" { policy = "write" }"""),
        Rule("session rules only", "Acl.WrongResource", """session_prefix "" { policy = "write" }"""),
        Rule("policy = \"read\" on the prefix", "Acl.ReadOnly", """key_prefix "app/" { policy = "read" }"""),
        Rule("policy = \"read\" on everything", "Acl.ReadOnly", """key_prefix "" { policy = "read" }"""),
        Rule("policy = \"read\" on the key, deleted", "Acl.ReadOnly", """key "app/x" { policy = "read" }""", operation: AclOperation.Delete),
        Rule("policy = \"read\" in JSON with arrays", "Acl.ReadOnly", """{"key_prefix":[{"app/":[{"policy":"read"}]}],"acl":"read"}"""),
        Rule("policy = \"list\"", "Acl.ListOnly", """key_prefix "app/" { policy = "list" }"""),
        Rule("key \"app\" for what is below it", "Acl.ExactKeyVsPrefix", """key "app" { policy = "write" }"""),
        Rule("key \"app/\" for what is below it", "Acl.ExactKeyVsPrefix", """key "app/" { policy = "write" }"""),
        Rule("key_prefix \"app/\" for the key app", "Acl.PrefixWithSlash", """key_prefix "app/" { policy = "write" }""", "app"),
        Rule("a leading slash in the rule", "Acl.LeadingSlashRule", """key_prefix "/app/" { policy = "write" }"""),
        Rule("a leading slash in an exact rule", "Acl.LeadingSlashRule", """key "/app/x" { policy = "write" }"""),
        Rule("the API's path in the rule", "Acl.ApiPathRule", """key_prefix "v1/kv/app/" { policy = "write" }"""),
        Rule("the API's path with its slash in the rule", "Acl.ApiPathRule", """key_prefix "/v1/kv/app/" { policy = "write" }"""),
        Rule("a blank before the rule's name", "Acl.BlankInRule", """key_prefix " app/" { policy = "write" }"""),
        Rule("a blank after the rule's name", "Acl.BlankInRule", """key "app/x " { policy = "write" }"""),
        Rule("a star in an exact rule", "Acl.GlobRule", """key "app/*" { policy = "write" }"""),
        Rule("a star in a prefix rule", "Acl.GlobRule", """key_prefix "app/*" { policy = "write" }"""),
        Rule("a regular expression in the rule", "Acl.GlobRule", """key_prefix "^app/.*$" { policy = "write" }"""),
        Rule("the rule in lower case, the key not", "Acl.CaseMismatch", """key_prefix "app/" { policy = "write" }""", "APP/x"),
        Rule("the rule in capitals, the key not", "Acl.CaseMismatch", """key "App/X" { policy = "write" }"""),
        Rule("a longer prefix that only reads", "Acl.LongestPrefixDeny", """key_prefix "app/" { policy = "write" } key_prefix "app/ro/" { policy = "read" }""", "app/ro/x"),
        Rule("the third of four nested prefixes", "Acl.LongestPrefixDeny",
            """key_prefix "" { policy = "write" } key_prefix "app/" { policy = "read" } key_prefix "app/a/" { policy = "write" } key_prefix "app/a/b/" { policy = "deny" }""", "app/a/b/x"),
        Rule("an exact rule over a prefix", "Acl.ExactOverridesPrefix", """key_prefix "app/" { policy = "write" } key "app/ro" { policy = "read" }""", "app/ro"),
        Rule("write and deny in two policies", "Acl.DenyBeatsWrite", """key_prefix "app/" { policy = "write" } ### key_prefix "app/" { policy = "deny" }"""),
        Rule("a deny rule alone", "Acl.DeniedByRule", """key_prefix "app/" { policy = "deny" }"""),
        Rule("keyprefix for key_prefix", "Acl.PolicyTypo", """keyprefix "app/" { policy = "write" }"""),
        Rule("key-prefix for key_prefix", "Acl.PolicyTypo", """key-prefix "app/" { policy = "write" }"""),
        Rule("keys for key_prefix", "Acl.PolicyTypo", """keys "app/" { policy = "write" }"""),
        Rule("kv for key_prefix", "Acl.PolicyTypo", """kv "app/" { policy = "write" }"""),
        Rule("a namespace stanza without Enterprise", "Acl.PolicyTypo", """namespace "default" { key_prefix "app/" { policy = "write" } }"""),
        Rule("a letter of a key beyond ASCII in the wrong case", "Acl.CaseMismatch", """key_prefix "größe/" { policy = "write" }""", "GRÖßE/x"),
        Rule("a tree with a key that only reads", "Acl.RecurseDeleteNeedsWholePrefix", """key_prefix "app/" { policy = "write" } key "app/ro" { policy = "read" }""", "app/", AclOperation.DeleteRecurse),
        Rule("a tree that begins above its rule", "Acl.RecurseDeleteNeedsWholePrefix", """key_prefix "app/" { policy = "write" }""", "app", AclOperation.DeleteRecurse),
        Rule("a lock without session:write", "Acl.SessionWriteMissing", """key_prefix "app/" { policy = "write" }""", operation: AclOperation.Lock),
        Rule("a lock with session:write on another node", "Acl.SessionWriteMissing", """key_prefix "app/" { policy = "write" } session "other" { policy = "write" }""", operation: AclOperation.Lock),
        Rule("a lock whose key may only be read", "Acl.ReadOnly", """session_prefix "" { policy = "write" } key_prefix "app/" { policy = "read" }""", operation: AclOperation.Lock),
        Rule("a list of what may not be read", "Acl.NoRule", """key_prefix "other/" { policy = "read" }""", "hidden/", AclOperation.List),

        // What a token that may not read rules can prove all the same.
        Blind("policy = \"read\", rules not visible", "Acl.ReadOnly", """key_prefix "app/" { policy = "read" }"""),
        Blind("key \"app\", rules not visible", "Acl.ExactKeyVsPrefix", """key "app" { policy = "write" }"""),
        Blind("a longer prefix, rules not visible", "Acl.LongestPrefixDeny", """key_prefix "app/" { policy = "write" } key_prefix "app/ro/" { policy = "read" }""", "app/ro/x"),
        Blind("another prefix, rules not visible", "Acl.PermissionDenied", """key_prefix "other/" { policy = "write" }"""),

        // Tokens.
        new("a token without policies", "Acl.NoPolicies", async agents => new(await agents.DenyAsync(), (await (await agents.DenyAsync()).CreateTokenFromJsonAsync("{}")).SecretId)),
        new("no token", "Acl.AnonymousDenied", async agents => new(await agents.DenyAsync(), null)) { WriteCode = "Acl.AnonymousDenied" },
        new("an invented token", "Acl.TokenNotFound", async agents => new(await agents.DenyAsync(), Guid.NewGuid().ToString())) { WriteCode = "Acl.TokenNotFound" },
        new("a password for a token", "Acl.TokenMalformed", async agents => new(await agents.DenyAsync(), "hunter2")) { WriteCode = "Acl.TokenMalformed" },
        new("the word manage for a token", "Acl.RootName", async agents => new(await agents.DenyAsync(), "manage")) { WriteCode = "Acl.RootName" },
        new("an accessor for a secret", "Acl.TokenNotFound", async agents => new(await agents.DenyAsync(), (await (await agents.DenyAsync()).CreateTokenAsync("""key_prefix "" { policy = "write" }""")).AccessorId)) { WriteCode = "Acl.TokenNotFound" },
        new("the agent's recovery token", "Acl.AgentMasterToken", async agents => new(await agents.DenyAsync(), Recovery)) { WriteCode = "Acl.TokenNotFound" },
        new("a policy that was deleted", "Acl.NoPolicies", async agents =>
        {
            var agent = await agents.DenyAsync();
            var policy = await agent.CreatePolicyAsync(AclAgents.Unique("gone"), """key_prefix "app/" { policy = "write" }""");
            var token = await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{policy}}"}]}""");
            (await agent.SendAsync("DELETE", $"/v1/acl/policy/{policy}")).EnsureSuccess("delete");
            return new(agent, token.SecretId);
        }),
        new("a service identity and nothing else", "Acl.WrongResource", async agents => new(await agents.DenyAsync(), (await (await agents.DenyAsync()).CreateTokenFromJsonAsync("""{"ServiceIdentities":[{"ServiceName":"app"}]}""")).SecretId)),
        new("a node identity and nothing else", "Acl.WrongResource", async agents => new(await agents.DenyAsync(), (await (await agents.DenyAsync()).CreateTokenFromJsonAsync("""{"NodeIdentities":[{"NodeName":"app","Datacenter":"dc1"}]}""")).SecretId)),
        new("a role whose policy only reads", "Acl.ReadOnly", async agents => new(await agents.DenyAsync(), await agents.RoleTokenAsync("""key_prefix "app/" { policy = "read" } acl = "read" """))),
        new("a policy for dc2 only", "Acl.PolicyDcScoped", async agents =>
        {
            var agent = await agents.DenyAsync();
            var reader = await agent.CreatePolicyAsync(AclAgents.Unique("acl-reader"), """acl = "read" agent_prefix "" { policy = "read" }""");
            var name = AclAgents.Unique("dc2-writer");
            (await agent.SendAsync("PUT", "/v1/acl/policy", $$"""{"Name":"{{name}}","Rules":"key_prefix \"app/\" { policy = \"write\" }","Datacenters":["dc2"]}""")).EnsureSuccess("policy");
            return new(agent, (await agent.CreateTokenFromJsonAsync($$"""{"Policies":[{"ID":"{{reader}}"},{"Name":"{{name}}"}]}""")).SecretId);
        }),
        new("a legacy token for other keys", "Acl.NoRule", async agents => new(await agents.DenyAsync(), await agents.LegacyTokenAsync("""key "other/" { policy = "write" }"""))),
        new("a legacy token that only reads", "Acl.ReadOnly", async agents => new(await agents.DenyAsync(), await agents.LegacyTokenAsync("""key "app/" { policy = "read" }"""))),
        new("a proxy that drops the token", "Acl.BearerStrippedByProxy", async agents => new(await agents.DenyAsync(), (await agents.DenyAsync()).ManagementToken) { Through = (await agents.StrippingProxyAsync()).Address })
            { WriteCode = "Acl.PermissionDenied" },

        // Agents and clusters.
        new("default policy allow and a token that denies", "Acl.DefaultAllowExplicitDeny", async agents => new(await agents.AllowAsync(), await agents.TokenAsync(await agents.AllowAsync(), """key_prefix "app/" { policy = "deny" }"""))),
        new("default policy allow and an invented token", "Acl.TokenNotFound", async agents => new(await agents.AllowAsync(), Guid.NewGuid().ToString())) { WriteCode = "Acl.TokenNotFound" },
        new("enable_key_list_policy and a token that reads", "Acl.KeyListPolicy", async agents =>
            new(await agents.KeyListAsync(), await agents.TokenAsync(await agents.KeyListAsync(), """key_prefix "app/" { policy = "read" }""")) { Key = "app/", Operation = AclOperation.List }),
        new("an unknown acl.tokens.default", "Acl.AgentDefaultTokenBad", async agents => new(await agents.BadDefaultAsync(), null)) { WriteCode = "Acl.AgentDefaultTokenBad" },
        new("an acl.tokens.default that only reads", "Acl.ReadOnly", async agents => new(await agents.ReadingDefaultAsync(), null)) { WriteCode = "Acl.AnonymousDenied" },
        new("a client agent without ACLs before servers with them", "Acl.ClientAgentAclDisabled", async agents =>
            new((await agents.BlindClientAsync()).Clients[0], await agents.TokenAsync((await agents.BlindClientAsync()).Servers[0], """key_prefix "other/" { policy = "write" }"""))),
        new("nobody bootstrapped the ACLs", "Acl.AnonymousDenied", async agents => new(await agents.NotBootstrappedAsync(), null)) { WriteCode = "Acl.AnonymousDenied" },
        new("a local token in another datacenter", "Acl.LocalTokenOtherDc", async agents => new((await agents.PrimaryAsync()).Servers[0], await agents.LocalTokenAsync()) { Datacenter = "dc2" }),
        new("a local token at an agent of another datacenter", "Acl.LocalTokenOtherDc", async agents => new((await agents.SecondaryAsync()).Servers[0], await agents.LocalTokenAsync())) { WriteCode = "Acl.TokenNotFound" },
        new("a token that replication has not brought", "Acl.ReplicationLag", async agents => new((await agents.SecondaryAsync()).Servers[0], await agents.UnreplicatedTokenAsync())) { WriteCode = "Acl.TokenNotFound" },
        new("a token that replication has not brought, by ?dc=", "Acl.ReplicationLag", async agents => new((await agents.PrimaryAsync()).Servers[0], await agents.UnreplicatedTokenAsync()) { Datacenter = "dc2" }) { WriteCode = "Acl.TokenNotFound" },
    ];

    private static Misconfiguration Rule(string how, string code, string policies, string key = "app/x", AclOperation operation = AclOperation.Write) =>
        new(how, code, async agents =>
        {
            var agent = await agents.DenyAsync();
            var visible = policies.StartsWith('{') ? policies : policies + """ ### acl = "read" agent_prefix "" { policy = "read" }""";
            return new Misconfigured(agent, await agents.TokenAsync(agent, visible)) { Key = key, Operation = operation };
        })
        { WriteCode = operation == AclOperation.Write ? "Acl.PermissionDenied" : null };

    private static Misconfiguration Blind(string how, string code, string policies, string key = "app/x") =>
        new(how, code, async agents => new Misconfigured(await agents.DenyAsync(), await agents.TokenAsync(await agents.DenyAsync(), policies)) { Key = key });
}
