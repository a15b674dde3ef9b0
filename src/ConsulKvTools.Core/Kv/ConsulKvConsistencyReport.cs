namespace ConsulKvTools;

/// <summary>What each of the three read modes answered for one key, read side by side.</summary>
public sealed record ConsulKvConsistencyReport
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>True when all three answered the same: same value, flags and index.</summary>
    public required bool Agrees { get; init; }

    /// <summary>The linearizable read.</summary>
    public required ConsulKvReading Consistent { get; init; }

    /// <summary>The leader's own read.</summary>
    public required ConsulKvReading Default { get; init; }

    /// <summary>Any server's read.</summary>
    public required ConsulKvReading Stale { get; init; }

    /// <summary>By how much the stale read's ModifyIndex is behind the consistent one's; null when either found nothing.</summary>
    public long? IndexBehind { get; init; }

    /// <summary>What is out of date; null when nothing is.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>The session it was read with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Key}: {(Agrees ? "all reads agree" : "the stale read differs")}";
}

/// <summary>The answer of one read mode.</summary>
public sealed record ConsulKvReading
{
    /// <summary>The mode.</summary>
    public required ConsulConsistency Consistency { get; init; }

    /// <summary>Found, missing or forbidden; null when no answer could be had.</summary>
    public KvReadState? State { get; init; }

    /// <summary>The entry; null when there is none.</summary>
    public ConsulKvEntry? Entry { get; init; }

    /// <summary><c>X-Consul-Index</c>; null when there was no answer.</summary>
    public ulong? Index { get; init; }

    /// <summary>Since the answering server heard of the leader; null when it did not say.</summary>
    public TimeSpan? LastContact { get; init; }

    /// <summary>From the request to the answer.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why there is no entry; null when there is one.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Consistency}: {State?.ToString() ?? Finding?.Code}";
}
