namespace ConsulKvTools;

/// <summary>A root cause in a series of diagnoses.</summary>
public sealed record ConsulDiagnosisCause
{
    /// <summary>The finding's code.</summary>
    public required string Code { get; init; }

    /// <summary>Where on the write's way it lies.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>How it was named the last time.</summary>
    public required string Title { get; init; }

    /// <summary>In how many diagnoses it was the root cause, 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>The part of all diagnoses of the series: above 0, at most 1.</summary>
    public required double Share { get; init; }

    /// <summary>When the first diagnosis that named it began.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When the last diagnosis that named it began.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Amount.Of(Count, "time")}";
}
