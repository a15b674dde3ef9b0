using System.Text.Json;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Cluster;

/// <summary>Asks an agent how it sees the cluster, at endpoints that answer without a leader.</summary>
internal static class ClusterQuestion
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>What is kept of the deadline for telling what was seen.</summary>
    private static readonly TimeSpan AfterLook = TimeSpan.FromSeconds(1);

    /// <summary>With Consul's default settings a follower misses its leader after 5 to 10 s.</summary>
    private static readonly TimeSpan SilentLeader = TimeSpan.FromSeconds(10);

    /// <summary>A client agent asks another server after one that failed: so many are tried.</summary>
    private const int ServersTried = 5;

    /// <summary>One look at the cluster.</summary>
    /// <param name="context">The diagnosis.</param>
    /// <param name="election">How long to ask again for a leader while there is none: that is how an election looks.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<ClusterView> AskAsync(ProbeContext context, TimeSpan election, CancellationToken cancellation)
    {
        var peers = ListAsync(context, "/v1/status/peers", cancellation);
        var members = MembersAsync(context, cancellation);
        var stale = StaleAsync(context, cancellation);
        var (leader, failure) = await LeaderAsync(context, election, cancellation).ConfigureAwait(false);
        return new ClusterView(leader, failure, await peers.ConfigureAwait(false), await members.ConfigureAwait(false), await stale.ConfigureAwait(false))
        {
            IsElsewhere = await IsElsewhereAsync(context, leader, cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// Whether the session's datacenter is another one than the agent's: by the agent's own word, or because the agent's datacenter has a
    /// leader at this moment while the session's cannot be asked for one, or has another.
    /// </summary>
    private static async Task<bool> IsElsewhereAsync(ProbeContext context, string? leaderThere, CancellationToken cancellation)
    {
        if (context.Session.Datacenter is not { } wanted) return false;
        if ((await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false))?.Datacenter is { } own) return own != wanted;
        var request = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, SendScope = false, MaxBody = 64 * 1024 };
        var (home, _) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        return home?.Text.Trim().Trim('"') is { Length: > 0 } leaderHere && leaderHere != leaderThere && leaderThere is not "";
    }

    /// <summary>
    /// Looks again and again while there is no leader and nothing says why: an election ends, gossip calls dead servers dead, and what
    /// is left after that is no election.
    /// </summary>
    /// <param name="context">The diagnosis.</param>
    /// <param name="view">The look so far.</param>
    /// <param name="agent">The agent's own settings; null when not known.</param>
    /// <param name="since">Since when there has been no leader, on the diagnosis' clock.</param>
    /// <param name="lost">A leader that refuses connections, which may still be named; null when none does.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<ClusterView> WaitForLeaderAsync(ProbeContext context, ClusterView view, AgentFacts? agent, TimeSpan since, string? lost, CancellationToken cancellation)
    {
        view = view.Without(lost);
        while (true)
        {
            var seen = context.Elapsed - since;
            if (view.Leader is { Length: 0 }) view = view with { Leaderless = seen };
            if (view.Peers is not { Count: > 1 } || ClusterVerdict.Fault(view, agent, context.Session)?.Code != "Cluster.NoLeader") return view;
            if (context.TimeFor(LookAgain, AfterLook) < LookAgain) return view;
            await Task.Delay(LookAgain, cancellation).ConfigureAwait(false);
            var later = await AskAsync(context, TimeSpan.Zero, cancellation).ConfigureAwait(false);
            if (later.Failure is null) view = later.Without(lost);
        }
    }

    /// <summary>Looks again until a leader that has just refused is no longer named, or for as long as any server waits for a silent one.</summary>
    public static async Task<ClusterView> WaitUntilMissedAsync(ProbeContext context, ClusterView view, string lost, CancellationToken cancellation)
    {
        var until = context.Elapsed + SilentLeader;
        while (view.Leader == lost && context.Elapsed < until && context.TimeFor(LookAgain, AfterLook) == LookAgain)
        {
            await Task.Delay(LookAgain, cancellation).ConfigureAwait(false);
            var later = await AskAsync(context, TimeSpan.Zero, cancellation).ConfigureAwait(false);
            if (later.Failure is null) view = later;
        }
        return view;
    }

    /// <summary>An endpoint that answers with a list of texts; null when it did not.</summary>
    public static async Task<string[]?> ListAsync(ProbeContext context, string path, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(path) with { SendToken = false, SendScope = path != "/v1/catalog/datacenters" };
        var (response, _) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        if (response is null) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.EnumerateArray().Select(row => Printable.Text(row.GetString(), 120)).ToArray() : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<(string? Leader, Failure? Failure)> LeaderAsync(ProbeContext context, TimeSpan election, CancellationToken cancellation)
    {
        var until = context.Elapsed + context.TimeFor(election);
        for (var tries = 1; ; tries++)
        {
            var request = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, MaxBody = 64 * 1024 };
            var (response, failure) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
            if (failure is { Code: "Rpc.DialFailed" or "Rpc.StreamEof" } && context.Session.Datacenter is null && tries < ServersTried)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), cancellation).ConfigureAwait(false);
                continue;
            }
            if (failure is not null) return (null, failure);
            var leader = Printable.Text(response!.ShownText.Trim().Trim('"'), 120);
            if (leader.Length > 0 || context.Elapsed >= until) return (leader, null);
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<ClusterMember>?> MembersAsync(ProbeContext context, CancellationToken cancellation)
    {
        // Members of another datacenter are known to the servers' own gossip only.
        var wanted = context.Session.Datacenter;
        var request = ConsulRequest.Get("/v1/agent/members", wanted is null ? "" : "wan=1") with { SendScope = false };
        var (response, _) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        if (response is null) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            var members = document.RootElement.EnumerateArray().Select(ClusterMember.Read)
                .Where(member => wanted is null || member.Datacenter == wanted).ToArray();
            // Without node:read the list is filtered to nothing: that says nothing about who is alive.
            return members.Length == 0 ? null : members;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Any server's own view, which is answered without a leader; null when the token may not read there.</summary>
    private static async Task<StaleFacts?> StaleAsync(ProbeContext context, CancellationToken cancellation)
    {
        var key = context.Request.Key is { } given && Kv.KvKey.Check(given, isPrefix: false) is null ? given : "consulkvtools";
        var request = ConsulRequest.Get(Kv.KvKey.Path(key), "stale") with { MaxBody = 64 * 1024 * 1024 };
        var (response, _) = await ProbeHttp.SendAsync(context, request, key, Kv.KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        if (response is null) return null;
        var facts = new StaleFacts(response.KnownLeader, response.LastContact);
        context.Facts.Publish(facts);
        return facts;
    }
}
