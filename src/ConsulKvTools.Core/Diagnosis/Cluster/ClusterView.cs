using ConsulKvTools.Diagnosis.Probes;

namespace ConsulKvTools.Diagnosis.Cluster;

/// <summary>The cluster as one agent sees it at one moment.</summary>
/// <param name="Leader">host:port of the leader; empty when there is none; null when the agent could not say.</param>
/// <param name="Failure">Why the agent could not say; null when it could.</param>
/// <param name="Peers">host:port of every server in Raft's configuration, empty before the first election ever; null when not known.</param>
/// <param name="Members">The gossip's members, of the datacenter in question; null when not known, for example without node:read.</param>
/// <param name="Stale">What a stale read said; null when there was no answer.</param>
internal sealed record ClusterView(
    string? Leader, Failure? Failure, IReadOnlyList<string>? Peers, IReadOnlyList<ClusterMember>? Members, StaleFacts? Stale)
{
    private static readonly TimeSpan LostContact = TimeSpan.FromSeconds(1);

    /// <summary>The servers that the gossip knows; null when not known.</summary>
    public IReadOnlyList<ClusterMember>? Servers { get; } = Members?.Where(member => member.IsServer).ToArray();

    /// <summary>Servers that are alive and have a vote in Raft; all that are alive while Raft has no configuration; null when not known.</summary>
    public int? Alive { get; } = Members?.Count(member => member is { IsServer: true, IsAlive: true } && (Peers is not { Count: > 0 } || Peers.Contains(member.RpcAddress)));

    /// <summary>How long the diagnosis has seen no leader by now; null when it has not waited for one.</summary>
    public TimeSpan? Leaderless { get; init; }

    /// <summary>True when the session's datacenter is known to be another one than the agent's.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Servers that must be alive to elect a leader and store anything; null when not known.</summary>
    public int? Majority => Peers is { Count: > 0 } ? (Peers.Count / 2) + 1 : null;

    /// <summary>Names, or else addresses, of servers with a vote that the gossip takes for dead, removed, or has never heard of.</summary>
    public IReadOnlyList<string> Down { get; } = FindDown(Peers, Members);

    /// <summary>Servers that are alive but not in Raft's configuration.</summary>
    public IReadOnlyList<ClusterMember> Strangers { get; } =
        Peers is not { Count: > 0 } ? [] : Members?.Where(member => member is { IsServer: true, IsAlive: true } && !Peers.Contains(member.RpcAddress)).ToArray() ?? [];

    /// <summary>
    /// The same with a leader that is known to be gone taken for none. A follower may take three times its heartbeat time-out to miss its leader, and names
    /// it until then; but how long ago it heard of it, it says all the time.
    /// </summary>
    /// <param name="lost">The leader that refuses connections; null when none does.</param>
    public ClusterView Without(string? lost) => lost is not null && Leader == lost && Stale?.LastContact > LostContact ? this with { Leader = "" } : this;

    private static string[] FindDown(IReadOnlyList<string>? peers, IReadOnlyList<ClusterMember>? members)
    {
        if (peers is not { Count: > 0 } || members is null) return [];
        var servers = members.Where(member => member.RpcAddress is not null).GroupBy(member => member.RpcAddress!, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.OrderBy(member => member.Status).First(), StringComparer.Ordinal);
        // Where none is found, the two lists speak of the servers in different ways.
        return !peers.Any(servers.ContainsKey) ? []
            : peers.Where(peer => !servers.TryGetValue(peer, out var server) || server is { IsAlive: false, IsSayingGoodbye: false })
                .Select(peer => servers.TryGetValue(peer, out var server) ? server.Name : peer).ToArray();
    }
}
