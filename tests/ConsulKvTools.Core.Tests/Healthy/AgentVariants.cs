using System.Text.Json.Nodes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>Settings of agents, and agents of other versions.</summary>
internal static class AgentVariants
{
    private static readonly (string How, string Config)[] Settings =
    [
        ("stale reads by default", """{ "discovery_max_stale": "10m", "dns_config": { "allow_stale": true } }"""),
        ("the slowest raft multiplier", """{ "performance": { "raft_multiplier": 10 } }"""),
        ("limits that just suffice", """{ "limits": { "http_max_conns_per_client": 8, "kv_max_value_size": 4096, "rpc_rate": 1000, "rpc_max_burst": 1000 } }"""),
        ("response headers of its own", """{ "http_config": { "response_headers": { "Access-Control-Allow-Origin": "*", "Server": "secret", "X-Frame-Options": "DENY" } } }"""),
        ("gossip encryption", """{ "encrypt": "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=" }"""),
        ("the UI on", """{ "ui": true }"""),
        ("telemetry on", """{ "telemetry": { "prometheus_retention_time": "60s" } }"""),
        ("writes allowed from here", """{ "http_config": { "allow_write_http_from": ["127.0.0.0/8"] } }"""),
        ("endpoints blocked that a write does not need", """{ "http_config": { "block_endpoints": ["/v1/agent/force-leave", "/v1/event"] } }"""),
        ("the agent's own endpoints blocked", """{ "http_config": { "block_endpoints": ["/v1/agent/self", "/v1/agent/members", "/v1/internal"] } }"""),
        ("joining that goes on in vain", """{ "retry_join": ["127.0.0.1:1"], "retry_max": 0 }"""),
        ("Connect on", """{ "connect": { "enabled": true } }"""),
        ("debugging on", """{ "enable_debug": true, "log_level": "trace" }"""),
    ];

    public static IEnumerable<HealthyVariant> All =>
    [
        .. Settings.Select(setting => new HealthyVariant($"an agent with {setting.How}", _ => HealthyLab.WithAgentAsync(new ConsulAgentOptions { InMemory = true, ExtraConfig = setting.Config }))),
        new("an agent with data on disk", _ => HealthyLab.WithAgentAsync(new ConsulAgentOptions())),
        new("an agent that was restarted", async _ =>
        {
            await using var agent = await ConsulAgent.StartAsync();
            await agent.RestartAsync();
            return await Diagnose.RunAsync(agent.Address);
        }),
        new("a datacenter of another name", _ => HealthyLab.WithAgentAsync(new ConsulAgentOptions { InMemory = true, Datacenter = "berlin-1" })),
        .. new[] { "1.11.11", "1.14.11", "1.17.3", "1.20.6", "1.22.2", "2.0.4" }.Select(version => new HealthyVariant($"the answers of Consul {version}", _ => ScriptedAsync(new ScriptedConsulOptions { Version = version }))),
        new("the answers of an Enterprise version", _ => ScriptedAsync(new ScriptedConsulOptions { Version = "1.18.2+ent" })),
        new("the answers of a newer client agent with ACLs", _ => ScriptedAsync(new ScriptedConsulOptions { Server = false, Acl = true })),
        new("a newer agent and a token for one key", async _ =>
        {
            using var consul = new ScriptedConsul(new ScriptedConsulOptions { Acl = true });
            return await Diagnose.RunAsync(consul.Address, consul.AddToken(("app/x", "write")).SecretId);
        }),
        new("a newer agent's further headers", _ => AnsweringAsync(consul => consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"10.0.0.1:8300\"", 200,
            "X-Consul-Default-Acl-Policy: allow", "X-Consul-Query-Backend: blocking-query", "X-Consul-Effective-Consistency: leader", "Vary: Accept-Encoding", "X-New: 1")))),
        new("agent/self without DebugConfig", _ => AnsweringAsync(consul => consul.On("GET", "/v1/agent/self", Self(self => self.Remove("DebugConfig"))))),
        new("agent/self with numbers as texts", _ => AnsweringAsync(consul => consul.On("GET", "/v1/agent/self", Self(self => self["DebugConfig"] = new JsonObject { ["KVMaxValueSize"] = "524288", ["HTTPMaxConnsPerClient"] = null })))),
        new("agent/self with fields nobody knows", _ => AnsweringAsync(consul => consul.On("GET", "/v1/agent/self", Self(self => self["XDS"] = new JsonObject { ["Ports"] = new JsonArray(1, 2) })))),
        new("agent/self that is almost empty", _ => AnsweringAsync(consul => consul.On("GET", "/v1/agent/self", ScriptedResponse.Json("{}")))),
        new("JSON with blanks, as with ?pretty", _ => AnsweringAsync(consul => consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("  \"10.0.0.1:8300\"\n")))),
        new("a leader with an IPv6 address", _ => AnsweringAsync(consul => consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"[2001:db8::1]:8300\"")))),
    ];

    private static async Task<ConsulDiagnosis> ScriptedAsync(ScriptedConsulOptions options)
    {
        using var consul = new ScriptedConsul(options);
        return await Diagnose.RunAsync(consul.Address, options.Acl ? consul.ManagementToken : null);
    }

    private static async Task<ConsulDiagnosis> AnsweringAsync(Action<ScriptedConsul> change)
    {
        using var consul = new ScriptedConsul();
        change(consul);
        return await Diagnose.RunAsync(consul.Address);
    }

    private static ScriptedResponse Self(Action<JsonObject> change)
    {
        var self = new JsonObject
        {
            ["Config"] = new JsonObject { ["Datacenter"] = "dc1", ["NodeName"] = "n", ["Server"] = true, ["Version"] = "1.22.2" },
            ["DebugConfig"] = new JsonObject { ["KVMaxValueSize"] = 524288 },
        };
        change(self);
        return ScriptedResponse.Json(self.ToJsonString());
    }
}
