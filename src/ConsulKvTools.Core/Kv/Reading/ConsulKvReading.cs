namespace ConsulKvTools;

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

    /// <summary>
    /// Since the answering server heard of the leader: its answer is at least as old, and may be older. Zero from the leader itself; null when
    /// it did not say.
    /// </summary>
    public TimeSpan? LastContact { get; init; }

    /// <summary>From the request to the answer.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why there is no entry; null when there is one.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Consistency}: {State?.ToString() ?? Finding?.Code}";
}
