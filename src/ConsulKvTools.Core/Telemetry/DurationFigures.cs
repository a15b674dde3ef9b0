namespace ConsulKvTools.Telemetry;

/// <summary>What a histogram of durations held at one moment.</summary>
internal sealed class DurationFigures
{
    private readonly long[] fine;
    private readonly long least;
    private readonly long greatest;

    public DurationFigures(long[] fine, long[] below, long sum, long least, long greatest)
    {
        (this.fine, this.least, this.greatest) = (fine, least, greatest);
        Count = fine.Sum();
        Sum = new TimeSpan(sum);
        Below = below;
    }

    /// <summary>How many durations.</summary>
    public long Count { get; }

    /// <summary>All durations together.</summary>
    public TimeSpan Sum { get; }

    /// <summary>How many lie between the bound before and each of <see cref="DurationHistogram.Bounds"/>; last, above all of them.</summary>
    public IReadOnlyList<long> Below { get; }

    /// <summary>The shortest; null without any.</summary>
    public TimeSpan? Minimum => Count == 0 ? null : new TimeSpan(least);

    /// <summary>The longest; null without any.</summary>
    public TimeSpan? Maximum => Count == 0 ? null : new TimeSpan(greatest);

    /// <summary>The mean; null without any.</summary>
    public TimeSpan? Mean => Count == 0 ? null : new TimeSpan(Sum.Ticks / Count);

    /// <summary>The duration that so many of all do not exceed, at most 1.6 % off; null without any.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public TimeSpan? Percentile(double share)
    {
        if (Count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var seen = 0L;
        for (var bucket = 0; bucket < fine.Length; bucket++)
            if ((seen += fine[bucket]) >= rank) return new TimeSpan(Math.Min(Math.Max(DurationHistogram.MiddleOf(bucket), least), greatest));
        return Maximum;
    }
}
