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
