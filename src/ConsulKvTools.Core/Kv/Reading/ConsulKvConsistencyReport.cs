namespace ConsulKvTools;

/// <summary>What each of the three read modes answered for one key, read side by side.</summary>
public sealed record ConsulKvConsistencyReport
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>True when all three answered the same: same value, flags and index. False when one had no answer.</summary>
    public required bool Agrees { get; init; }

    /// <summary>The linearizable read.</summary>
    public required ConsulKvReading Consistent { get; init; }

    /// <summary>The leader's own read.</summary>
    public required ConsulKvReading Default { get; init; }

    /// <summary>Any server's read.</summary>
    public required ConsulKvReading Stale { get; init; }

    /// <summary>
    /// By how much the stale read is behind the consistent one, in raft indexes: 0 when it shows the same. Every write of the whole cluster
    /// counts, not only those of this key. Taken from the ModifyIndex of both, or where one found no key from <c>X-Consul-Index</c>.
    /// Negative when the key was written between the reads, which are sent at the same time. Null when one of them had no answer.
    /// </summary>
    public long? IndexBehind { get; init; }

    /// <summary>
    /// How old the stale answer is at least: for so long its server has heard nothing from a leader, so nothing written since can be in it.
    /// It may be older, for a server can hear of the leader and yet be behind in applying what it hears. Zero when the stale read is not
    /// behind, and null when that is not known, or the server did not say (<c>X-Consul-LastContact</c>).
    /// </summary>
    public TimeSpan? TimeBehind { get; init; }

    /// <summary>True when the stale read showed an older state of the key than the consistent one; null when one of them had no answer.</summary>
    public bool? IsStale { get; init; }

    /// <summary>What is out of date; null when nothing is.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>The session it was read with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Key}: {(Agrees ? "all reads agree" : IsStale == true ? $"the stale read is {IndexBehind} indexes behind"
        : Consistent.State is null || Default.State is null || Stale.State is null ? "not every read had an answer" : "the reads differ")}";
}
