using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ConsulKvTools.Lab;

/// <summary>
/// Imitates a healthy agent of a Consul version newer than the one at hand, keys and tokens included, so that its texts can be met without
/// its binary. Rules added with <c>On</c> go before its own, so any single answer can be replaced. What it says was read in Consul's
/// sources; where behaviour itself matters, use <see cref="ConsulAgent"/>.
/// </summary>
public sealed class ScriptedConsul : ScriptedHttpServer
{
    private const string AnonymousAccessor = "00000000-0000-0000-0000-000000000002";
    private readonly ScriptedConsulOptions _options;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Token> _tokens = [];
    private ulong _index = 10;

    /// <summary>Starts an agent.</summary>
    public ScriptedConsul(ScriptedConsulOptions? options = null)
        : base((options ??= new()).Tls, options.ListenOn)
    {
        _options = options;
        ManagementToken = Guid.NewGuid().ToString();
        _tokens[ManagementToken] = new(Guid.NewGuid().ToString(), [("", "write")], IsManagement: true);
        On(_ => true, _ => Reply(ConsulTexts.NotTheApi, 404));
        On(r => r.Path.StartsWith("/v1/", StringComparison.Ordinal), _ => Reply(ConsulTexts.NotAnEndpoint, 404));
        On(r => r.Path == "/", _ => Reply(ConsulTexts.UiDisabled));
        On(r => r.Path == "/v1/status/leader", _ => Json("\"127.0.0.1:8300\""));
        On(r => r.Path == "/v1/status/peers", _ => Json("[\"127.0.0.1:8300\"]"));
        On(r => r.Path == "/v1/catalog/datacenters", _ => Json($"[\"{_options.Datacenter}\"]"));
        On(r => r.Path == "/v1/agent/self", Self);
        On(r => r.Path == "/v1/acl/token/self", TokenSelf);
        On(r => r.Path == "/v1/internal/acl/authorize", Authorize);
        On(r => r.Path == "/v1/txn", Transaction);
        On(r => r.Path.StartsWith("/v1/kv/", StringComparison.Ordinal), KeyValue);
    }

    /// <summary>The secret of the token that may do everything.</summary>
    public string ManagementToken { get; }


    /// <summary>Makes a token that may read or write below some prefixes.</summary>
    /// <param name="rules">Pairs of prefix and <c>read</c> or <c>write</c>; none makes a token without rights.</param>
    public LabToken AddToken(params (string Prefix, string Access)[] rules)
    {
        var token = new LabToken(Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        lock (_gate) _tokens[token.SecretId] = new(token.AccessorId, rules, IsManagement: false);
        return token;
    }

    /// <summary>Stores a key as if somebody had written it.</summary>
    public void PutKey(string key, string value)
    {
        lock (_gate) Store(key, Encoding.UTF8.GetBytes(value), 0);
    }

    /// <summary>A key's value; null when it does not exist.</summary>
    public string? GetKey(string key)
    {
        lock (_gate) return _entries.TryGetValue(key, out var entry) ? Encoding.UTF8.GetString(entry.Value) : null;
    }

    /// <summary>An answer with the headers that this agent puts on everything, for rules of one's own.</summary>
    /// <param name="body">The text.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="headers">Further headers.</param>
    public ScriptedResponse Reply(string body, int status = 200, params string[] headers) =>
        ScriptedResponse.Text(body, status, [.. Always(), .. headers]);

    private static string? SecretOf(RecordedRequest request) =>
        Query(request, "token") ?? request.Header("X-Consul-Token")
        ?? (request.Header("Authorization") is { } bearer && bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? bearer[7..].Trim() : null);

    private static string? Query(RecordedRequest request, string name) => request.Query
        .Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
        .Where(pair => pair[0] == name).Select(pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "").FirstOrDefault();

    private string[] Always() =>
        [$"X-Consul-Default-ACL-Policy: {(_options.Acl ? "deny" : "allow")}", "Vary: Accept-Encoding", $"Date: {DateTime.UtcNow:R}"];

    private string[] Meta(bool filtered = false) =>
    [
        .. Always(), $"X-Consul-Index: {_index}", "X-Consul-KnownLeader: true", "X-Consul-LastContact: 0", "X-Consul-Effective-Consistency: leader",
        .. filtered ? new[] { "X-Consul-Results-Filtered-By-ACLs: true" } : [],
    ];

    private ScriptedResponse Json(string body, int status = 200) => ScriptedResponse.Json(body, status, Always());

    private ScriptedResponse Self(RecordedRequest request)
    {
        var config = new JsonObject
        {
            ["Datacenter"] = _options.Datacenter,
            ["PrimaryDatacenter"] = _options.Datacenter,
            ["NodeName"] = "scripted",
            ["NodeID"] = "5c29b1e0-8a53-4d5e-9d5c-1f7d6a2b3c4d",
            ["Revision"] = "00000000",
            ["Server"] = _options.Server,
            ["Version"] = _options.Version,
        };
        var debug = new JsonObject
        {
            ["ACLsEnabled"] = _options.Acl,
            ["ACLDefaultPolicy"] = _options.Acl ? "deny" : "allow",
            ["KVMaxValueSize"] = _options.MaxValueSize,
            ["TxnMaxReqLen"] = _options.MaxValueSize,
            ["HTTPMaxConnsPerClient"] = 200,
            ["HTTPPort"] = Port,
            ["HTTPSPort"] = -1,
        };
        return Resolve(request) switch
        {
            { IsManagement: true } => Json(new JsonObject { ["Config"] = config, ["DebugConfig"] = debug }.ToJsonString()),
            { } token => Reply(Denied(request, token, "agent:read", "scripted"), 403),
            null => Reply(ConsulTexts.AclNotFound, 403),
        };
    }

    private ScriptedResponse TokenSelf(RecordedRequest request)
    {
        if (!_options.Acl) return Reply("ACL support disabled", 401);
        if (Resolve(request) is not { } token) return Reply(ConsulTexts.TokenDoesNotExist, 404);
        var json = new JsonObject
        {
            ["AccessorID"] = token.AccessorId,
            ["SecretID"] = SecretOf(request) ?? "anonymous",
            ["Description"] = token.IsManagement ? "Initial Management Token" : "",
            ["Policies"] = new JsonArray([.. token.Rules.Select((_, i) => new JsonObject { ["ID"] = $"00000000-0000-0000-0000-{i:D12}", ["Name"] = $"policy-{i}" })]),
            ["Local"] = false,
        };
        return Json(json.ToJsonString());
    }

    private ScriptedResponse Authorize(RecordedRequest request)
    {
        if (!_options.Acl) return Reply("ACL support disabled", 401);
        if (Resolve(request) is not { } token) return Reply(ConsulTexts.AclNotFound, 403);
        var answers = new JsonArray();
        foreach (var question in JsonNode.Parse(request.Text)!.AsArray())
        {
            var answer = question!.DeepClone().AsObject();
            answer["Allow"] = (string?)answer["Resource"] == "key" && token.May((string?)answer["Access"] is "write" or "write-prefix", (string?)answer["Segment"] ?? "");
            answers.Add((JsonNode)answer);
        }
        return Json(answers.ToJsonString());
    }

    private ScriptedResponse KeyValue(RecordedRequest request)
    {
        var key = Uri.UnescapeDataString(request.Path["/v1/kv/".Length..]);
        var many = Query(request, "recurse") is not null || Query(request, "keys") is not null;
        if (key.Length == 0 && !many) return Reply("Missing key name", 400);
        if (Resolve(request) is not { } token) return Reply(ConsulTexts.AclNotFound, 403);
        var writes = request.Method is "PUT" or "DELETE";
        if (!many && !token.May(writes, key)) return Reply(Denied(request, token, writes ? "key:write" : "key:read", key), 403);
        lock (_gate)
        {
            return request.Method switch
            {
                "GET" when many => List(request, token, key),
                "GET" => Get(request, key),
                "PUT" => Put(request, key),
                "DELETE" => Delete(request, key, many),
                _ => Reply($"method {request.Method} not allowed", 405, "Allow: OPTIONS,GET,PUT,DELETE"),
            };
        }
    }

    private ScriptedResponse Get(RecordedRequest request, string key)
    {
        if (!_entries.TryGetValue(key, out var entry)) return ScriptedResponse.Bytes([], 404, Meta());
        return Query(request, "raw") is null
            ? ScriptedResponse.Json(new JsonArray(entry.ToJson(key)).ToJsonString(), 200, Meta())
            : ScriptedResponse.Bytes(entry.Value, 200, Meta());
    }

    private ScriptedResponse List(RecordedRequest request, Token token, string prefix)
    {
        var below = _entries.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        var visible = below.Where(e => token.May(write: false, e.Key)).ToList();
        var meta = Meta(filtered: visible.Count < below.Count && SecretOf(request) is not null);
        if (Query(request, "keys") is not null)
            return ScriptedResponse.Json(new JsonArray([.. visible.Select(e => JsonValue.Create(e.Key))]).ToJsonString(), visible.Count == 0 ? 404 : 200, meta);
        return visible.Count == 0
            ? ScriptedResponse.Bytes([], 404, meta)
            : ScriptedResponse.Json(new JsonArray([.. visible.Select(e => e.Value.ToJson(e.Key))]).ToJsonString(), 200, meta);
    }

    private ScriptedResponse Put(RecordedRequest request, string key)
    {
        if (request.Body.Length > _options.MaxValueSize) return Reply(ConsulTexts.ValueTooLarge(request.Body.Length, _options.MaxValueSize), 413);
        foreach (var name in (string[])["flags", "cas"])
        {
            if (Query(request, name) is { } text && !ulong.TryParse(text, CultureInfo.InvariantCulture, out _))
                return Reply($"strconv.ParseUint: parsing \"{text}\": invalid syntax", 500);
        }
        if (!CasHolds(request, key)) return Json("false");
        Store(key, request.Body, Query(request, "flags") is { } flags ? ulong.Parse(flags, CultureInfo.InvariantCulture) : 0);
        return Json("true");
    }

    private ScriptedResponse Delete(RecordedRequest request, string key, bool recurse)
    {
        if (!CasHolds(request, key)) return Json("false");
        foreach (var name in _entries.Keys.Where(k => recurse ? k.StartsWith(key, StringComparison.Ordinal) : k == key).ToList()) _entries.Remove(name);
        _index++;
        return Json("true");
    }

    private ScriptedResponse Transaction(RecordedRequest request)
    {
        if (Resolve(request) is not { } token) return Reply(ConsulTexts.AclNotFound, 403);
        var operations = JsonNode.Parse(request.Text)!.AsArray().Select(o => o!["KV"]!).ToList();
        if (operations.Count > 128) return Reply(ConsulTexts.TooManyOperations(operations.Count), 413);
        var errors = new JsonArray();
        var results = new JsonArray();
        lock (_gate)
        {
            for (var i = 0; i < operations.Count; i++)
            {
                if (Check(operations[i], request, token) is { } what) errors.Add((JsonNode)new JsonObject { ["OpIndex"] = i, ["What"] = what });
            }
            if (errors.Count > 0) return Json(new JsonObject { ["Results"] = null, ["Errors"] = errors }.ToJsonString(), 409);
            foreach (var operation in operations)
            {
                var (verb, key) = ((string)operation["Verb"]!, (string)operation["Key"]!);
                if (verb is "set" or "cas") Store(key, Convert.FromBase64String((string?)operation["Value"] ?? ""), (ulong?)operation["Flags"] ?? 0);
                if (verb is "delete" or "delete-cas") _entries.Remove(key);
                else if (_entries.TryGetValue(key, out var entry)) results.Add((JsonNode)new JsonObject { ["KV"] = entry.ToJson(key, withValue: verb == "get") });
            }
        }
        return Json(new JsonObject { ["Results"] = results, ["Errors"] = null }.ToJsonString());
    }

    private string? Check(JsonNode operation, RecordedRequest request, Token token)
    {
        var (verb, key) = ((string?)operation["Verb"] ?? "", (string?)operation["Key"] ?? "");
        var index = (ulong?)operation["Index"] ?? 0;
        var current = _entries.TryGetValue(key, out var entry) ? entry.ModifyIndex : 0;
        var writes = verb is "set" or "cas" or "delete" or "delete-cas";
        if (!token.May(writes, key)) return Denied(request, token, writes ? "key:write" : "key:read", key);
        return verb switch
        {
            "cas" when index != current => $"failed to set key \"{key}\", index is stale",
            "delete-cas" when index != current => $"failed to delete key \"{key}\", index is stale",
            "check-index" when index != current => $"failed index check for key \"{key}\", current modify index {current} != {index}",
            "check-not-exists" when entry is not null => $"key \"{key}\" exists",
            "get" when entry is null => $"key \"{key}\" doesn't exist",
            "set" or "cas" or "delete" or "delete-cas" or "check-index" or "check-not-exists" or "get" => null,
            _ => $"unknown KV verb \"{verb}\"",
        };
    }

    private bool CasHolds(RecordedRequest request, string key) => Query(request, "cas") is not { } cas
        || ulong.Parse(cas, CultureInfo.InvariantCulture) == (_entries.TryGetValue(key, out var entry) ? entry.ModifyIndex : 0);

    private void Store(string key, byte[] value, ulong flags)
    {
        var old = _entries.GetValueOrDefault(key);
        // As Consul does: writing what is already there moves no index.
        if (old is not null && old.Flags == flags && old.Value.AsSpan().SequenceEqual(value)) return;
        _index++;
        _entries[key] = new(value, flags, old?.CreateIndex ?? _index, _index);
    }

    private Token? Resolve(RecordedRequest request)
    {
        if (!_options.Acl) return new(AnonymousAccessor, [("", "write")], IsManagement: true);
        var secret = SecretOf(request);
        if (string.IsNullOrEmpty(secret) || secret == "anonymous") return new(AnonymousAccessor, [], IsManagement: false);
        lock (_gate) return _tokens.GetValueOrDefault(secret);
    }

    private static string Denied(RecordedRequest request, Token token, string permission, string resource) =>
        string.IsNullOrEmpty(SecretOf(request))
            ? ConsulTexts.AnonymousDenied(permission, resource)
            : ConsulTexts.PermissionDenied(token.AccessorId, permission, resource);

    private sealed record Token(string AccessorId, IReadOnlyList<(string Prefix, string Access)> Rules, bool IsManagement)
    {
        public bool May(bool write, string key) => Rules
            .Where(r => key.StartsWith(r.Prefix, StringComparison.Ordinal))
            .OrderByDescending(r => r.Prefix.Length)
            .Select(r => r.Access).FirstOrDefault() is { } access && (access == "write" || access == "read" && !write);
    }

    private sealed record Entry(byte[] Value, ulong Flags, ulong CreateIndex, ulong ModifyIndex)
    {
        public JsonObject ToJson(string key, bool withValue = true) => new()
        {
            ["LockIndex"] = 0,
            ["Key"] = key,
            ["Flags"] = Flags,
            ["Value"] = withValue && Value.Length > 0 ? Convert.ToBase64String(Value) : null,
            ["CreateIndex"] = CreateIndex,
            ["ModifyIndex"] = ModifyIndex,
        };
    }
}
