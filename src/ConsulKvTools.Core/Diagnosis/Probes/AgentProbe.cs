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
        if (context.Session.Partition is { } partition && facts.IgnoresPartitions)
            findings.Add(ConsulFinding.Create("Config.PartitionIgnored", ("value", Printable.Text(partition)), ("version", facts.Version), ("address", context.Session.Address)));
        // Loopback is this machine's own business; what others can reach without a certificate is worth knowing.
        if (context.Session.Target.Endpoint is { UseTls: true } endpoint && facts.VerifiesClients == true && facts.PlainAddresses.FirstOrDefault(IsOpenToOthers) is { } plain)
            findings.Add(ConsulFinding.Create("Tls.VerifyOnlyHttpsStillHttp", ("host", endpoint.Host), ("port", endpoint.Port), ("value", plain)));
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
            Texts(debug, "HTTPAddrs"), VerifiesClients(debug));
    }

    // Up to 1.11 two switches beside everything else; from 1.12 on one below TLS.HTTPS.
    private static bool? VerifiesClients(JsonElement debug)
    {
        if (debug.ValueKind != JsonValueKind.Object) return null;
        if (debug.TryGetProperty("TLS", out var tls) && tls.ValueKind == JsonValueKind.Object && tls.TryGetProperty("HTTPS", out var https)) return Flag(https, "VerifyIncoming");
        return Flag(debug, "VerifyIncomingHTTPS") == true || Flag(debug, "VerifyIncoming") == true;
    }

    private static bool IsOpenToOthers(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "tcp" && System.Net.IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && !System.Net.IPAddress.IsLoopback(ip);

    private static bool? Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static string[] Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => Printable.Text(one.GetString(), 120)).ToArray() : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? Printable.Text(value.GetString(), 120) : null;

    private static long? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number : null;
}
