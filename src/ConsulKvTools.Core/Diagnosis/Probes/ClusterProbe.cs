using ConsulKvTools.Diagnosis.Cluster;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Leader, peers, members and datacenters, from endpoints that answer without a leader.</summary>
internal sealed class ClusterProbe : IProbe
{
    /// <summary>An election settles within seconds; a quorum that is gone does not come back.</summary>
    private static readonly TimeSpan ElectionPatience = TimeSpan.FromSeconds(2.5);

    /// <summary>A server that joined a moment ago is among the peers by then.</summary>
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(1.5);

    /// <summary>An agent that looks for servers tries every 30 s unless told otherwise, and nothing else can be found out meanwhile.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(35);

    /// <summary>One that was told of nobody only says something when somebody else comes to it.</summary>
    private static readonly TimeSpan ChancePatience = TimeSpan.FromSeconds(3);

    /// <summary>What is kept of the deadline while listening.</summary>
    private static readonly TimeSpan AfterListening = TimeSpan.FromSeconds(1);

    public string Name => "Cluster";

    public ConsulLayer Layer => ConsulLayer.Cluster;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Session.Datacenter is { } wanted && await UnknownDatacenterAsync(context, wanted, cancellation).ConfigureAwait(false) is { } unknown)
            return ProbeResults.From($"no datacenter {wanted}", [unknown]) with { Blocks = true };
        var began = context.Elapsed;
        var view = await ClusterQuestion.AskAsync(context, ElectionPatience, cancellation).ConfigureAwait(false);
        var agent = await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false);
        view = await ClusterQuestion.WaitForLeaderAsync(context, view, agent, began, lost: null, cancellation).ConfigureAwait(false);
        (string, object?)[] facts =
        [
            ("Leader", view.Leader), ("Peers", view.Peers), ("ServersAlive", view.Alive), ("LastContact", view.Stale?.LastContact),
        ];
        if (ClusterVerdict.Fault(view, agent, context.Session) is { } fault)
        {
            if (fault.Code == "Rpc.NoServers") fault = await WhyAloneAsync(context, fault, cancellation).ConfigureAwait(false);
            return ProbeResults.From(view.Leader is null ? fault.Title : $"no leader; servers alive: {view.Alive?.ToString() ?? "unknown"} of {view.Peers?.Count.ToString() ?? "unknown"}", [fault], facts);
        }
        var findings = ClusterVerdict.Warnings(view, agent, context.Session).ToList();
        var evidence = ClusterVerdict.Evidence(view, agent, context.Session);
        if (context.Facts.Find<HttpFacts>()?.Leader is "" && context.Session.Datacenter is null)
            findings.Add(ConsulFinding.Create("Cluster.ElectionInProgress", evidence) with { Severity = FindingSeverity.Warning });
        if (await OtherClusterAsync(context, view, cancellation).ConfigureAwait(false) is { } other)
            findings.Add(ConsulFinding.Create("Cluster.SplitClusters", [.. evidence, ("names", other)]));
        var count = view.Peers?.Count ?? 0;
        // A write to the wrong one of two clusters goes through all the same: there is more to see.
        return ProbeResults.From($"leader {view.Leader ?? "not told"}, {count} {(count == 1 ? "server" : "servers")}", findings, facts) with { Blocks = false };
    }

    private static async Task<ConsulFinding?> UnknownDatacenterAsync(ProbeContext context, string wanted, CancellationToken cancellation)
    {
        var known = await ClusterQuestion.ListAsync(context, "/v1/catalog/datacenters", cancellation).ConfigureAwait(false);
        return known is { Length: > 0 } && !known.Contains(wanted, StringComparer.Ordinal)
            ? ConsulFinding.Create("Wan.UnknownDatacenter", ("datacenter", Printable.Text(wanted)), ("names", string.Join(", ", known)))
            : null;
    }

    /// <summary>Servers that formed a cluster of their own, met this one in the gossip, and are not let into its Raft; null when there are none.</summary>
    private static async Task<string?> OtherClusterAsync(ProbeContext context, ClusterView view, CancellationToken cancellation)
    {
        if (context.Session.Datacenter is not null || !Outsiders(view).Any()) return null;
        await Task.Delay(context.TimeFor(JoinPatience), cancellation).ConfigureAwait(false);
        var later = await ClusterQuestion.AskAsync(context, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        var outsiders = Outsiders(later).Select(server => $"{server.Name} {server.RpcAddress}").ToArray();
        return outsiders.Length == 0 ? null : string.Join(", ", outsiders);
    }

    // One that bootstraps by itself has a leader of its own; one that only waits to be let in has not.
    private static IEnumerable<ClusterMember> Outsiders(ClusterView view) => view.Strangers.Where(server => server.Bootstraps || server.Expect is not null);

    /// <summary>Why the agent found no server: its own log says, each time it tries.</summary>
    private static async Task<ConsulFinding> WhyAloneAsync(ProbeContext context, ConsulFinding alone, CancellationToken cancellation)
    {
        if (alone.Evidence["names"] is not null) return alone;
        var agent = context.Facts.Find<AgentFacts>();
        var heard = await AgentLog.ListenAsync(context, context.TimeFor(agent?.KeepsJoining == false ? ChancePatience : LogPatience, AfterListening),
            code => code is "Rpc.GossipKeyMismatch" or "Rpc.ClientWrongDatacenter" or "Rpc.JoinRefused", cancellation).ConfigureAwait(false);
        if (heard is not { } said) return alone;
        var evidence = alone.Evidence.Cast<System.Collections.DictionaryEntry>().Select(pair => ((string)pair.Key, (object?)pair.Value));
        return ConsulFinding.Create(said.Code, [.. evidence, .. said.Evidence, ("datacenter", agent?.Datacenter), ("text", Printable.Text(said.Line.Trim(), 200))]);
    }
}
