namespace ConsulKvTools.Benchmarks.Measuring;

/// <summary>What the rounds of one contender gave, in one unit. Never empty.</summary>
internal sealed class Sample
{
    public Sample(IEnumerable<double> values)
    {
        Values = [.. values.Order()];
        if (Values.Count == 0) throw new ArgumentException("A sample needs at least one value.", nameof(values));
    }

    /// <summary>The values, smallest first.</summary>
    public IReadOnlyList<double> Values { get; }

    public double Median => Middle(Values);

    public double Least => Values[0];

    public double Most => Values[^1];

    /// <summary>The median distance from the median: what noise does to a typical round.</summary>
    public double Spread => Middle([.. Values.Select(value => Math.Abs(value - Median)).Order()]);

    private static double Middle(IReadOnlyList<double> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
}
