namespace ConsulKvTools.Telemetry;

/// <summary>
/// Counts durations. Percentiles come from buckets a 32nd of a power of two wide, so that what is said is at most 1.6 % from the duration that
/// stood at that rank; least, greatest, sum and the counts below the <see cref="Bounds"/> are exact. Counting takes no lock and no memory.
/// </summary>
/// <remarks>
/// The BCL's own histogram with such buckets is internal; HdrHistogram would be one more assembly to keep apart from other modules', for what
/// are forty lines here.
/// </remarks>
internal sealed class DurationHistogram
{
    private const int Parts = 32;

    // Up to 2^44 ticks: 20 days.
    private const int Buckets = 40 * Parts;

    /// <summary>Upper bounds in seconds of what Prometheus is told, inclusive; above the last comes infinity.</summary>
    public static IReadOnlyList<double> Bounds { get; } = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly long[] BoundTicks = [.. Bounds.Select(seconds => (long)(seconds * TimeSpan.TicksPerSecond))];

    private readonly long[] fine = new long[Buckets];
    private readonly long[] coarse = new long[Bounds.Count + 1];
    private long sum;
    private long least = long.MaxValue;
    private long greatest = long.MinValue;

    /// <summary>Counts one.</summary>
    public void Record(TimeSpan duration)
    {
        var ticks = Math.Max(0, duration.Ticks);
        Interlocked.Increment(ref coarse[BoundOf(ticks)]);
        Interlocked.Add(ref sum, ticks);
        for (var seen = Volatile.Read(ref least); ticks < seen; seen = Volatile.Read(ref least)) Interlocked.CompareExchange(ref least, ticks, seen);
        for (var seen = Volatile.Read(ref greatest); ticks > seen; seen = Volatile.Read(ref greatest)) Interlocked.CompareExchange(ref greatest, ticks, seen);
        // Last, for it is read first: what is counted has its least and greatest.
        Interlocked.Increment(ref fine[BucketOf(ticks)]);
    }

    /// <summary>What was counted so far.</summary>
    public DurationFigures Read()
    {
        var counts = new long[Buckets];
        for (var bucket = 0; bucket < Buckets; bucket++) counts[bucket] = Volatile.Read(ref fine[bucket]);
        var below = new long[coarse.Length];
        for (var bound = 0; bound < coarse.Length; bound++) below[bound] = Volatile.Read(ref coarse[bound]);
        return new DurationFigures(counts, below, Interlocked.Read(ref sum), Interlocked.Read(ref least), Interlocked.Read(ref greatest));
    }

    /// <summary>The middle of a bucket, in ticks.</summary>
    internal static long MiddleOf(int bucket)
    {
        if (bucket < Parts) return bucket;
        var shift = (bucket / Parts) - 1;
        return ((long)(Parts + (bucket % Parts)) << shift) + ((1L << shift) / 2);
    }

    /// <summary>A double's exponent and first bits of its fraction are the bucket.</summary>
    internal static int BucketOf(long ticks)
    {
        if (ticks < Parts) return (int)ticks;
        var bits = BitConverter.DoubleToInt64Bits(ticks);
        var exponent = (int)(bits >> 52) - 1023;
        return Math.Min((exponent - 4) * Parts + (int)((bits >> 47) & (Parts - 1)), Buckets - 1);
    }

    private static int BoundOf(long ticks)
    {
        var found = Array.BinarySearch(BoundTicks, ticks);
        return found < 0 ? ~found : found;
    }
}
