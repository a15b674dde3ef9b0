using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>The agent's own settings and limits: <c>GET /v1/agent/self</c>, which needs <c>agent:read</c>.</summary>
internal sealed class AgentProbe : IProbe
{
    public string Name => "Agent";

    public ConsulLayer Layer => ConsulLayer.Agent;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get("/v1/agent/self") with { SendScope = false };
        var (response, failure) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        if (failure is not null)
        {
            // What the token may not read here is no fault of the write's; a limit or a broken connection is.
            if (failure.Finding.Layer == ConsulLayer.Acl)
                return ProbeResults.From("the token may not read the agent's settings", [ConsulFinding.Create("Agent.NotPermitted", ("status", failure.Status))]);
            return ProbeResults.From($"no settings: {failure.Finding.Title}", failure.Code == "Agent.EndpointBlocked" ? [] : [failure.Finding]) with { Blocks = false };
        }
        AgentFacts facts;
        try
        {
            using var document = JsonDocument.Parse(response!.Body);
            facts = Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return ProbeResults.From("the agent's settings are not JSON", [ConsulFinding.Create("Http.BodyMalformed", ("problem", error.GetType().Name))]) with { Blocks = false };
        }
        context.Facts.Publish(facts);
        var findings = new List<ConsulFinding>();
        if (facts.MaxValueSize is { } limit && context.Request.Value is { } value && value.LongLength > limit)
            findings.Add(ConsulFinding.Create("Limit.KvMaxValueSize", ("size", value.Length), ("limit", limit), ("key", context.Request.Key is { } key ? Printable.Text(key) : null)));
        var kind = facts.IsServer switch { true => "server", false => "client agent", null => "agent" };
        return ProbeResults.From($"Consul {facts.Version ?? "of unknown version"}, {kind} {facts.Node} in {facts.Datacenter}", findings,
            ("Version", facts.Version), ("IsServer", facts.IsServer), ("AgentDatacenter", facts.Datacenter), ("Node", facts.Node),
            ("MaxValueSize", facts.MaxValueSize), ("MaxConnectionsPerClient", facts.MaxConnectionsPerClient)) with
        { Blocks = false };
    }

    private static AgentFacts Read(JsonElement root)
    {
        var config = root.TryGetProperty("Config", out var some) ? some : default;
        var debug = root.TryGetProperty("DebugConfig", out var more) ? more : default;
        return new AgentFacts(
            Text(config, "Version"),
            config.ValueKind == JsonValueKind.Object && config.TryGetProperty("Server", out var server) && server.ValueKind is JsonValueKind.True or JsonValueKind.False ? server.GetBoolean() : null,
            Text(config, "Datacenter"), Text(config, "NodeName"), Number(debug, "KVMaxValueSize"), Number(debug, "HTTPMaxConnsPerClient"),
            Text(debug, "DataDir", 4096), Text(config, "NodeID"));
    }

    private static string? Text(JsonElement element, string name, int longest = 120) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? Printable.Text(value.GetString(), longest) : null;

    private static long? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number : null;
}
