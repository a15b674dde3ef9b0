namespace ConsulKvTools;

/// <summary>What one kind of operation met in one way: how often, and how long it took.</summary>
public sealed record ConsulKvMetric
{
    /// <summary>The session's name. Sessions of one name are counted together.</summary>
    public required string Session { get; init; }

    /// <summary>What was done.</summary>
    public required ConsulKvOperation Operation { get; init; }

    /// <summary>How it ended.</summary>
    public required ConsulKvMetricOutcome Outcome { get; init; }

    /// <summary>The code of what stood in the way; null when nothing did.</summary>
    public string? Code { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>How often a second, on the average since <see cref="Since"/>.</summary>
    public double Rate { get; init; }

    /// <summary>Attempts and questions beyond the first that failures made necessary. Those of a transaction count once, for the first of its writes.</summary>
    public long Retries { get; init; }

    /// <summary>Of writes the bytes of the values; of reads those of the answers' bodies.</summary>
    public long Bytes { get; init; }

    /// <summary>The shortest duration, exact.</summary>
    public required TimeSpan Minimum { get; init; }

    /// <summary>The mean duration, exact.</summary>
    public required TimeSpan Mean { get; init; }

    /// <summary>The duration that half of all did not exceed, at most 1.6 % off.</summary>
    public required TimeSpan P50 { get; init; }

    /// <summary>The duration that 90 of 100 did not exceed, at most 1.6 % off.</summary>
    public required TimeSpan P90 { get; init; }

    /// <summary>The duration that 99 of 100 did not exceed, at most 1.6 % off.</summary>
    public required TimeSpan P99 { get; init; }

    /// <summary>The longest duration, exact.</summary>
    public required TimeSpan Maximum { get; init; }

    /// <summary>When counting began: with the session's first operation, or when it was last reset.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Session} {Operation} {Outcome}{(Code is null ? "" : $" ({Code})")}: {Count}";
}
