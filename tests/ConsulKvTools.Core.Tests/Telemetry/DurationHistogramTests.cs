using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Tests.Telemetry;

public sealed class DurationHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_at_most_1_6_percent_off(int seed)
    {
        var random = new Random(seed);
        // From 3 µs to 20 minutes, evenly over the magnitudes.
        var durations = Enumerable.Range(0, 20_000).Select(_ => new TimeSpan((long)Math.Pow(10, 1.5 + random.NextDouble() * 8.5))).ToArray();
        var histogram = new DurationHistogram();
        foreach (var duration in durations) histogram.Record(duration);
        var figures = histogram.Read();
        Array.Sort(durations);

        foreach (var share in new[] { 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var exact = durations[(int)Math.Ceiling(share * durations.Length) - 1];
            var said = figures.Percentile(share)!.Value;
            Assert.InRange(Math.Abs((double)(said.Ticks - exact.Ticks)) / exact.Ticks, 0, 0.016);
        }
        Assert.Equal((durations[0], durations[^1], durations.Length), (figures.Minimum, figures.Maximum, (int)figures.Count));
        Assert.Equal(durations.Sum(duration => duration.Ticks), figures.Sum.Ticks);
    }

    [Fact]
    public void Every_duration_lies_in_its_bucket_and_buckets_follow_each_other()
    {
        var last = -1;
        for (var ticks = 0L; ticks < 1L << 43; ticks = ticks < 5000 ? ticks + 1 : ticks + (ticks / 777))
        {
            var bucket = DurationHistogram.BucketOf(ticks);
            Assert.InRange(bucket, last, last + 1 + (ticks < 5000 ? 0 : 1));
            Assert.InRange(Math.Abs(DurationHistogram.MiddleOf(bucket) - ticks), 0, ticks / 63.9);
            last = bucket;
        }
        // Longer than anything lasts, and backwards: counted all the same.
        var histogram = new DurationHistogram();
        histogram.Record(TimeSpan.MaxValue);
        histogram.Record(TimeSpan.FromSeconds(-1));
        Assert.Equal((2, TimeSpan.MaxValue, TimeSpan.Zero), ((int)histogram.Read().Count, histogram.Read().Maximum!.Value, histogram.Read().Minimum!.Value));
    }

    /// <summary>What is read beside a writer is no figure that never was. Counted, not timed: each histogram is read until its one duration shows.</summary>
    [Fact]
    public async Task What_is_counted_has_its_least_and_greatest()
    {
        for (var round = 0; round < 3000; round++)
        {
            var histogram = new DurationHistogram();
            var writing = Task.Run(() => histogram.Record(TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
            DurationFigures seen;
            do seen = histogram.Read(); while (seen.Count == 0);
            Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1), (seen.Minimum, seen.Maximum, seen.Mean, seen.Below.Sum()));
            await writing;
        }
    }

    [Fact]
    public void What_Prometheus_is_told_is_exact_with_bounds_inclusive()
    {
        var histogram = new DurationHistogram();
        foreach (var seconds in DurationHistogram.Bounds)
        {
            histogram.Record(TimeSpan.FromSeconds(seconds));
            histogram.Record(TimeSpan.FromSeconds(seconds) + TimeSpan.FromTicks(1));
        }
        // Each bound has its own and what was just above the bound before.
        Assert.Equal([1, .. Enumerable.Repeat(2, DurationHistogram.Bounds.Count - 1), 1], histogram.Read().Below.Select(count => (int)count));
    }

    [Fact]
    public async Task Threads_lose_no_count()
    {
        var histogram = new DurationHistogram();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < 100_000; number++) histogram.Record(TimeSpan.FromTicks(thread * 1000 + (number % 7)));
        })));
        var figures = histogram.Read();
        Assert.Equal((400_000, 400_000, 1000, 4006), ((int)figures.Count, (int)figures.Below.Sum(), (int)figures.Minimum!.Value.Ticks, (int)figures.Maximum!.Value.Ticks));
    }
}
