using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Leader, peers, members and datacenters, from endpoints that answer without a leader.</summary>
internal sealed class ClusterProbe : IProbe
{
    /// <summary>An election settles within seconds; a quorum that is gone does not come back.</summary>
    private static readonly TimeSpan ElectionPatience = TimeSpan.FromSeconds(2.5);

    public string Name => "Cluster";

    public ConsulLayer Layer => ConsulLayer.Cluster;

    public ConsulLayer? Needs => ConsulLayer.Http;

    public async Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation)
    {
        if (context.Session.Datacenter is { } wanted && await UnknownDatacenterAsync(context, wanted, cancellation).ConfigureAwait(false) is { } unknown)
            return ProbeResults.From($"no datacenter {wanted}", [unknown]) with { Blocks = true };
        var peersTask = ListAsync(context, "/v1/status/peers", cancellation);
        var membersTask = MembersAsync(context, cancellation);
        var staleTask = StaleAsync(context, cancellation);
        var (leader, failure) = await LeaderAsync(context, cancellation).ConfigureAwait(false);
        var peers = await peersTask.ConfigureAwait(false);
        var members = await membersTask.ConfigureAwait(false);
        var stale = await staleTask.ConfigureAwait(false);
        if (failure is not null)
            return ProbeResults.From(failure.Finding.Title, [Refine(failure, members, context)]);

        var alive = members?.Count(member => member is { Role: "consul", Status: 1 });
        (string, object?)[] facts =
        [
            ("Leader", leader), ("Peers", peers), ("ServersAlive", alive), ("LastContact", stale?.LastContact),
        ];
        (string, object?)[] evidence =
        [
            ("leader", leader), ("peers", peers?.Length), ("alive", alive), ("lastContact", stale?.LastContact?.TotalMilliseconds), ("address", context.Session.Address),
        ];
        if (leader is { Length: > 0 })
        {
            var waited = context.Facts.Find<HttpFacts>()?.Leader is "" && !string.IsNullOrEmpty(leader);
            return ProbeResults.From($"leader {leader}, {peers?.Length ?? 0} {(peers?.Length == 1 ? "server" : "servers")}",
                waited ? [ConsulFinding.Create("Cluster.ElectionInProgress", evidence) with { Severity = FindingSeverity.Warning }] : [], facts);
        }
        var code = peers switch
        {
            { Length: 0 } => "Cluster.NeverBootstrapped",
            { Length: > 0 } when alive is { } count && count < (peers.Length / 2) + 1 => "Cluster.QuorumLost",
            _ => "Cluster.NoLeader",
        };
        return ProbeResults.From($"no leader; servers alive: {alive?.ToString() ?? "unknown"} of {peers?.Length.ToString() ?? "unknown"}",
            [ConsulFinding.Create(code, evidence)], facts);
    }

    /// <summary>The leader; asked again for a moment while there is none, since that is how an election looks.</summary>
    private static async Task<(string? Leader, Failure? Failure)> LeaderAsync(ProbeContext context, CancellationToken cancellation)
    {
        var before = context.Facts.Find<HttpFacts>();
        if (before is { Leader: { Length: > 0 } known } && context.Session.Datacenter is null) return (known, null);
        var until = context.Elapsed + context.TimeFor(ElectionPatience);
        while (true)
        {
            var request = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, MaxBody = 64 * 1024 };
            var (response, failure) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
            if (failure is not null) return (null, failure);
            var leader = response!.Text.Trim().Trim('"');
            if (leader.Length > 0 || context.Elapsed >= until) return (leader, null);
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellation).ConfigureAwait(false);
        }
    }

    private static ConsulFinding Refine(Failure failure, IReadOnlyList<Member>? members, ProbeContext context)
    {
        if (failure.Code != "Rpc.NoServers" || members is null) return failure.Finding;
        var own = context.Facts.Find<AgentFacts>()?.Datacenter;
        var other = members.FirstOrDefault(member => member.Role == "consul" && own is not null && member.Datacenter is not null && member.Datacenter != own);
        return other is null
            ? failure.Finding
            : ConsulFinding.Create("Rpc.ClientWrongDatacenter", ("datacenter", own), ("value", other.Datacenter), ("node", other.Name), ("address", context.Session.Address));
    }

    private static async Task<ConsulFinding?> UnknownDatacenterAsync(ProbeContext context, string wanted, CancellationToken cancellation)
    {
        var known = await ListAsync(context, "/v1/catalog/datacenters", cancellation).ConfigureAwait(false);
        return known is { Length: > 0 } && !known.Contains(wanted, StringComparer.Ordinal)
            ? ConsulFinding.Create("Wan.UnknownDatacenter", ("datacenter", Printable.Text(wanted)), ("names", string.Join(", ", known)))
            : null;
    }

    private static async Task<string[]?> ListAsync(ProbeContext context, string path, CancellationToken cancellation)
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

    private static async Task<IReadOnlyList<Member>?> MembersAsync(ProbeContext context, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get("/v1/agent/members") with { SendScope = false };
        var (response, _) = await ProbeHttp.SendAsync(context, request, null, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        if (response is null) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            var members = document.RootElement.EnumerateArray().Select(Member.Read).ToArray();
            // Without node:read the list is filtered to nothing: that says nothing about who is alive.
            return members.Length == 0 ? null : members;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Any server's own view, which is answered without a leader; null when the token may not read there.</summary>
    private static async Task<ConsulResponse?> StaleAsync(ProbeContext context, CancellationToken cancellation)
    {
        var key = context.Request.Key is { } given && Kv.KvKey.Check(given, isPrefix: false) is null ? given : "consulkvtools";
        var request = ConsulRequest.Get(Kv.KvKey.Path(key), "stale") with { MaxBody = 2 * 1024 * 1024 };
        var (response, _) = await ProbeHttp.SendAsync(context, request, key, Kv.KvReader.KvQueryAnswers, cancellation).ConfigureAwait(false);
        if (response is not null) context.Facts.Publish(new StaleFacts(response.KnownLeader, response.LastContact));
        return response;
    }

    private sealed record Member(string? Name, string? Role, string? Datacenter, int Status)
    {
        public static Member Read(JsonElement row)
        {
            var tags = row.GetProperty("Tags");
            return new Member(row.GetProperty("Name").GetString(), Tag(tags, "role"), Tag(tags, "dc"), row.GetProperty("Status").GetInt32());
        }

        private static string? Tag(JsonElement tags, string name) => tags.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
