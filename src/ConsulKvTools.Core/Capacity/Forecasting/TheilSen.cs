namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>The slope of a course that outliers hardly move: the median of the slopes between all pairs (Theil 1950), with Sen's interval (1968).</summary>
internal static class TheilSen
{
    /// <summary>Two-sided 95 % of the normal distribution.</summary>
    public const double Confidence = 1.96;

    /// <summary>The slope and its 95 % interval. Of five points it is that of all slopes, which holds 98 %; of fewer there is none, and all slopes hold less.</summary>
    /// <param name="x">Where, rising.</param>
    /// <param name="y">How much.</param>
    public static (double Slope, double Low, double High) Of(double[] x, double[] y)
    {
        var slopes = Pairs(x, y, 0, x.Length).ToArray();
        if (slopes.Length == 0) return (0, 0, 0);
        Array.Sort(slopes);
        double n = x.Length;
        var spread = Confidence * Math.Sqrt(n * (n - 1) * (2 * n + 5) / 18);
        var low = (int)Math.Floor((slopes.Length - spread) / 2) - 1;
        var high = (int)Math.Ceiling((slopes.Length + spread) / 2);
        return (Middle(slopes), slopes[Math.Max(0, low)], slopes[Math.Min(slopes.Length - 1, high)]);
    }

    /// <summary>The slopes between all pairs of a stretch.</summary>
    public static IEnumerable<double> Pairs(double[] x, double[] y, int start, int end)
    {
        for (var one = start; one < end; one++)
            for (var other = one + 1; other < end; other++)
                if (x[other] > x[one]) yield return (y[other] - y[one]) / (x[other] - x[one]);
    }

    /// <summary>The median; 0 of nothing.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return Middle(sorted);
    }

    /// <summary>How far values lie about their median: the median distance, as large as the standard deviation for normal ones.</summary>
    public static double Spread(IReadOnlyCollection<double> values)
    {
        var middle = Median(values);
        return 1.4826 * Median(values.Select(value => Math.Abs(value - middle)));
    }

    private static double Middle(double[] sorted) =>
        sorted.Length == 0 ? 0 : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}
