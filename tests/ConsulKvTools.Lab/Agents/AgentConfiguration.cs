using System.Text.Json.Nodes;

namespace ConsulKvTools.Lab;

/// <summary>Turns options into an agent's JSON configuration, in the words of the Consul version that will read it.</summary>
internal static class AgentConfiguration
{
    private static readonly Version InitialManagementToken = new(1, 11);
    private static readonly Version TlsStanza = new(1, 12);
    private static readonly Version GrpcTlsPort = new(1, 14);

    public static JsonObject Build(ConsulAgentOptions options, Version version, AgentPorts ports, string nodeName, string dataDirectory, string? unixSocket)
    {
        var config = new JsonObject
        {
            ["node_name"] = nodeName,
            ["datacenter"] = options.Datacenter,
            ["server"] = options.Server,
            ["bind_addr"] = options.BindAddress,
            ["client_addr"] = options.BindAddress,
            ["log_level"] = options.LogLevel,
            ["disable_update_check"] = true,
            // The multiplier's smallest value: a lost leader is noticed after one second, not five.
            ["performance"] = new JsonObject { ["raft_multiplier"] = 1 },
            ["ports"] = Ports(ports, version),
            ["retry_interval"] = "500ms",
            ["retry_interval_wan"] = "500ms",
        };
        if (!options.InMemory) config["data_dir"] = dataDirectory;
        if (options is { Server: true, InMemory: false, BootstrapExpect: > 0 }) config["bootstrap_expect"] = options.BootstrapExpect;
        if (options.RetryJoin.Count > 0) config["retry_join"] = Array(options.RetryJoin);
        if (options.RetryJoinWan.Count > 0) config["retry_join_wan"] = Array(options.RetryJoinWan);
        if (options.PrimaryDatacenter is { } primary) config["primary_datacenter"] = primary;
        if (unixSocket is not null)
        {
            config["addresses"] = new JsonObject
            {
                ["http"] = options.DisableHttp ? $"unix://{unixSocket}" : $"{options.BindAddress} unix://{unixSocket}",
            };
        }
        if (options.Acl is { } acl) config["acl"] = Acl(acl, version);
        if (options.Tls is { } tls) Tls(config, tls, version);
        if (options.ExtraConfig is { } extra)
        {
            Overlay(config, JsonNode.Parse(extra) as JsonObject
                ?? throw new ArgumentException("ExtraConfig must be a JSON object.", nameof(options)));
        }
        return config;
    }

    private static JsonObject Ports(AgentPorts ports, Version version)
    {
        var json = new JsonObject
        {
            ["http"] = ports.Http,
            ["https"] = ports.Https,
            ["grpc"] = ports.Grpc,
            ["dns"] = ports.Dns,
            ["serf_lan"] = ports.SerfLan,
            ["serf_wan"] = ports.SerfWan,
            ["server"] = ports.Server,
        };
        if (version >= GrpcTlsPort) json["grpc_tls"] = ports.GrpcTls;
        return json;
    }

    private static JsonObject Acl(AgentAclOptions acl, Version version)
    {
        var tokens = new JsonObject();
        Set(tokens, version >= InitialManagementToken ? "initial_management" : "master", acl.ManagementToken);
        Set(tokens, "agent", acl.AgentToken ?? acl.ManagementToken);
        Set(tokens, "default", acl.DefaultToken);
        Set(tokens, "replication", acl.ReplicationToken);
        var json = new JsonObject
        {
            ["enabled"] = true,
            ["default_policy"] = acl.DefaultPolicy,
            ["tokens"] = tokens,
        };
        Set(json, "down_policy", acl.DownPolicy);
        Set(json, "token_ttl", acl.TokenTtl);
        if (acl.KeyListPolicy) json["enable_key_list_policy"] = true;
        if (acl.TokenReplication) json["enable_token_replication"] = true;
        return json;
    }

    private static void Tls(JsonObject config, AgentTlsOptions tls, Version version)
    {
        if (version < TlsStanza)
        {
            Set(config, "cert_file", tls.CertificateFile);
            Set(config, "key_file", tls.KeyFile);
            Set(config, "ca_file", tls.AuthorityFile);
            Set(config, "tls_min_version", tls.MinVersion);
            Set(config, "tls_cipher_suites", tls.CipherSuites);
            config["verify_incoming_https"] = tls.VerifyIncoming;
            config["verify_incoming_rpc"] = tls.SecureRpc;
            config["verify_outgoing"] = tls.SecureRpc;
            return;
        }

        var defaults = new JsonObject { ["verify_incoming"] = false };
        Set(defaults, "cert_file", tls.CertificateFile);
        Set(defaults, "key_file", tls.KeyFile);
        Set(defaults, "ca_file", tls.AuthorityFile);
        Set(defaults, "tls_min_version", tls.MinVersion?.ToUpperInvariant() is { Length: 5 } old ? $"TLSv1_{old[4]}" : tls.MinVersion);
        Set(defaults, "tls_cipher_suites", tls.CipherSuites);
        config["tls"] = new JsonObject
        {
            ["defaults"] = defaults,
            ["https"] = new JsonObject { ["verify_incoming"] = tls.VerifyIncoming },
            ["internal_rpc"] = new JsonObject { ["verify_incoming"] = tls.SecureRpc, ["verify_outgoing"] = tls.SecureRpc },
        };
    }

    private static void Set(JsonObject json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json[name] = value;
    }

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);

    private static void Overlay(JsonObject below, JsonObject above)
    {
        foreach (var (name, value) in above)
        {
            if (value is JsonObject inner && below[name] is JsonObject existing) Overlay(existing, inner);
            else below[name] = value?.DeepClone();
        }
    }
}
