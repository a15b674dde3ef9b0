using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>The agent's own settings: <c>GET /v1/agent/self</c>, which needs <c>agent:read</c>.</summary>
internal static class AgentSelf
{
    /// <summary>A look aside while something else is being explained may not take long.</summary>
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(2);

    /// <summary>Asks the agent. Exactly one of facts and failure is given.</summary>
    public static async Task<(AgentFacts? Facts, Failure? Failure)> AskAsync(ProbeContext context, TimeSpan patience, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get("/v1/agent/self") with { SendScope = false };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation, patience).ConfigureAwait(false);
        if (failure is not null) return (null, failure);
        try
        {
            using var document = JsonDocument.Parse(response!.Body);
            return (Read(document.RootElement), null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (null, new Failure(ConsulFinding.Create("Http.BodyMalformed", ("problem", error.GetType().Name)), WriteEffect.NotApplied, RetryAdvice.Never, null, false, response!.Status));
        }
    }

    /// <summary>What the agent's own probe has found out, or finds out now; null when the agent does not say.</summary>
    public static async Task<AgentFacts?> FindAsync(ProbeContext context, CancellationToken cancellation) =>
        context.Facts.Find<AgentFacts>() ?? (await AskAsync(context, Brief, cancellation).ConfigureAwait(false)).Facts;

    private static AgentFacts Read(JsonElement root)
    {
        var config = Part(root, "Config");
        var debug = Part(root, "DebugConfig");
        var stats = Part(root, "Stats");
        var raft = Part(stats, "raft");
        return new AgentFacts(
            Text(config, "Version"), Truth(config, "Server"), Text(config, "Datacenter"), Text(config, "NodeName"), Number(debug, "KVMaxValueSize"), Number(debug, "HTTPMaxConnsPerClient"),
            Texts(debug, "HTTPAddrs"), VerifiesClients(debug), Text(debug, "DataDir", 4096), Text(config, "NodeID"))
        {
            GossipEncrypted = Text(Part(stats, "serf_lan"), "encrypted") switch { "true" => true, "false" => false, _ => null },
            KeepsJoining = Part(debug, "RetryJoinLAN") is { ValueKind: JsonValueKind.Array } joins ? joins.GetArrayLength() > 0 : null,
            // 1.12 and newer keep it below TLS.
            EncryptsRpc = Truth(debug, "VerifyOutgoing") ?? Truth(Part(Part(debug, "TLS"), "InternalRPC"), "VerifyOutgoing"),
            HeardOfLeader = Text(raft, "last_contact") is { } contact ? contact != "never" : null,
            CommitIndex = Number(raft, "commit_index"),
            LastLogIndex = Number(raft, "last_log_index"),
        };
    }

    // Up to 1.11 two switches beside everything else; from 1.12 on one below TLS.HTTPS.
    private static bool? VerifiesClients(JsonElement debug)
    {
        if (debug.ValueKind != JsonValueKind.Object) return null;
        if (Part(Part(debug, "TLS"), "HTTPS") is { ValueKind: JsonValueKind.Object } https) return Truth(https, "VerifyIncoming");
        return Truth(debug, "VerifyIncomingHTTPS") == true || Truth(debug, "VerifyIncoming") == true;
    }

    private static string[] Texts(JsonElement element, string name) =>
        Part(element, name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => Printable.Text(one.GetString(), 120)).ToArray() : [];

    private static JsonElement Part(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name, int longest = 120) =>
        Part(element, name) is { ValueKind: JsonValueKind.String } value ? Printable.Text(value.GetString(), longest) : null;

    private static bool? Truth(JsonElement element, string name) => Part(element, name).ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    /// <summary>A number, or one that is written as text, as all of Stats is.</summary>
    private static long? Number(JsonElement element, string name)
    {
        var value = Part(element, name);
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }
}
