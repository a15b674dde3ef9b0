namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>How something grew, and between which values it is expected from its last measurement on. Times are days since the first.</summary>
internal sealed class GrowthCourse
{
    // Below it, neighbours lie on the same side of the line far more often than scatter would put them there.
    private const double Wandering = 1;
    private const int Many = 20;

    private readonly double lastX;
    private readonly double lastY;
    private readonly double centerX;
    private readonly double centerY;
    private readonly double low;
    private readonly double high;
    private readonly double scatter;
    private readonly double wander;
    private readonly double span;

    /// <param name="x">Days, rising, two different ones at least.</param>
    /// <param name="y">What was measured.</param>
    public GrowthCourse(double[] x, double[] y)
    {
        (Slope, low, high) = TheilSen.Of(x, y);
        lastX = x[x.Length - 1];
        lastY = y[y.Length - 1];
        span = lastX - x[0];
        centerX = TheilSen.Median(x);
        var height = TheilSen.Median(y.Select((value, i) => value - Slope * x[i]));
        centerY = height + Slope * centerX;
        var rest = y.Select((value, i) => value - height - Slope * x[i]).ToArray();
        var squares = rest.Sum(value => value * value);
        var steps = Enumerable.Range(0, rest.Length - 1).Sum(i => (rest[i + 1] - rest[i]) * (rest[i + 1] - rest[i]));
        IsWandering = squares > 0 && steps / squares < Wandering;
        scatter = rest.Length < Many ? rest.Max(Math.Abs) : TheilSen.Confidence * TheilSen.Spread(rest);
        wander = Math.Sqrt(steps / Math.Max(span, double.Epsilon));
    }

    /// <summary>Growth in a day.</summary>
    public double Slope { get; }

    /// <summary>True when the measurements wander rather than scatter about a line.</summary>
    public bool IsWandering { get; }

    /// <summary>What is expected, and between which values, at a time that is not before the last measurement.</summary>
    public (double Middle, double Low, double High) At(double x)
    {
        if (IsWandering)
        {
            var ahead = x - lastX;
            // How far it may wander, and how well the drift is known: Theil–Sen of a walk has a quarter more variance than the best estimate.
            var reach = TheilSen.Confidence * wander * Math.Sqrt(ahead + 1.25 * ahead * ahead / span);
            var middle = lastY + Slope * ahead;
            return (middle, middle - reach, middle + reach);
        }
        var from = x - centerX;
        return (centerY + Slope * from, centerY - scatter + low * from, centerY + scatter + high * from);
    }

    /// <summary>The first time between the last measurement and <paramref name="end"/> at which <paramref name="of"/> the course reaches a limit; null when it does not.</summary>
    public double? Reaches(double limit, double end, Func<(double Middle, double Low, double High), double> of)
    {
        // All three are convex or concave enough to be met by halving: what is under the limit at one end and over it at the other crosses it once.
        if (of(At(lastX)) >= limit) return lastX;
        if (!(of(At(end)) >= limit)) return null;
        double under = lastX, over = end;
        for (var step = 0; step < 60; step++)
        {
            var middle = (under + over) / 2;
            if (of(At(middle)) >= limit) over = middle;
            else under = middle;
        }
        return over;
    }
}
