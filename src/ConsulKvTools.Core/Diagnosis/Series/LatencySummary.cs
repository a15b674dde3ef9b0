namespace ConsulKvTools;

/// <summary>How long something took over several runs. Percentiles are by nearest rank: each is a time that was really measured, none is interpolated.</summary>
public sealed record LatencySummary
{
    /// <summary>The probe or layer.</summary>
    public required string Name { get; init; }

    /// <summary>The layer.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>How many runs were measured, 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>The shortest.</summary>
    public required TimeSpan Minimum { get; init; }

    /// <summary>The median: half of the runs took no longer.</summary>
    public required TimeSpan P50 { get; init; }

    /// <summary>Nine of ten runs took no longer.</summary>
    public required TimeSpan P90 { get; init; }

    /// <summary>99 of 100 runs took no longer; with fewer than 100 runs the longest.</summary>
    public required TimeSpan P99 { get; init; }

    /// <summary>The longest.</summary>
    public required TimeSpan Maximum { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: p50 {DiagnosisText.Time(P50)}, p99 {DiagnosisText.Time(P99)}, {Count} runs";

    internal static LatencySummary Of(string name, ConsulLayer layer, IEnumerable<TimeSpan> times)
    {
        var sorted = times.OrderBy(time => time).ToArray();
        TimeSpan NearestRank(int percent) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100m) - 1)];
        return new LatencySummary
        {
            Name = name,
            Layer = layer,
            Count = sorted.Length,
            Minimum = sorted[0],
            P50 = NearestRank(50),
            P90 = NearestRank(90),
            P99 = NearestRank(99),
            Maximum = sorted[sorted.Length - 1],
        };
    }
}
