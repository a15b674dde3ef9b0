using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>The agent's own settings and limits, and how quickly it answers what needs no thought.</summary>
internal sealed class AgentProbe : IProbe
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    public string Name => "Agent";

    public ConsulLayer Layer => ConsulLayer.Agent;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        var slow = SlowAsync(context, cancellation);
        var (facts, failure) = await AgentSelf.AskAsync(context, ProbeHttp.Patience, cancellation).ConfigureAwait(false);
        var findings = new List<ConsulFinding>();
        if (await slow.ConfigureAwait(false) is { } late) findings.Add(late);
        if (failure is not null)
        {
            // What the token may not read here is no fault of the write's; a limit or a broken connection is.
            if (failure.Finding.Layer == ConsulLayer.Acl)
                return ProbeResults.From("the token may not read the agent's settings", [.. findings, ConsulFinding.Create("Agent.NotPermitted", ("status", failure.Status))]);
            if (failure.Code != "Agent.EndpointBlocked") findings.Add(failure.Finding);
            return ProbeResults.From($"no settings: {failure.Finding.Title}", findings) with { Blocks = false };
        }
        context.Facts.Publish(facts!);
        if (facts!.MaxValueSize is { } limit && context.Request.Value is { } value && value.LongLength > limit)
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

    /// <summary>
    /// Only after a slow first answer: the best of three fixed texts on a warm connection, less what the network takes for a round trip.
    /// </summary>
    private static async Task<ConsulFinding?> SlowAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Facts.Find<HttpFacts>() is not { } http || http.Latency < Slow) return null;
        var best = http.Latency;
        for (var number = 0; number < 3; number++)
        {
            var request = ConsulRequest.Get("/") with { SendToken = false, SendScope = false };
            var (response, _) = await ProbeHttp.SendAsync(context, request, null, _ => true, cancellation).ConfigureAwait(false);
            if (response is null) return null;
            if (response.Timings.FirstByte < best) best = response.Timings.FirstByte;
        }
        var trip = context.Facts.Find<ConnectFacts>()?.Attempts.Where(attempt => attempt.Error is null).Select(attempt => attempt.Elapsed).DefaultIfEmpty().Min() ?? TimeSpan.Zero;
        return best - trip < Slow ? null
            : ConsulFinding.Create("Agent.Slow", ("milliseconds", Math.Round(best.TotalMilliseconds)), ("value", Math.Round(trip.TotalMilliseconds)), ("address", context.Session.Address));
    }

    private static bool IsOpenToOthers(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "tcp" && System.Net.IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && !System.Net.IPAddress.IsLoopback(ip);
}
