namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>How something grew, and between which values it is expected from its last measurement on. Times are days since the first.</summary>
internal sealed class GrowthCourse
{
    // Durbin–Watson. Below the first, neighbours lie on the same side of the line far more often than scatter would put them there; above the second
    // no more often. Of few points it says neither: half of all walks of ten steps look like scatter.
    private const double Wandering = 1;
    private const double Scattering = 1.6;
    private const int Many = 20;

    private readonly double lastX;
    private readonly double lastY;
    private readonly double centerX;
    private readonly double centerY;
    private readonly double low;
    private readonly double high;
    private readonly double scatter;
    private readonly double wander;
    private readonly double reachFactor;
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
        IsScattering = rest.Length >= Many && (squares == 0 || steps / squares >= Scattering);
        reachFactor = StudentOf(rest.Length - 2);
        scatter = rest.Length < Many ? rest.Max(Math.Abs) : TheilSen.Confidence * TheilSen.Spread(rest);
        wander = Math.Sqrt(steps / Math.Max(span, double.Epsilon));
    }

    /// <summary>Growth in a day.</summary>
    public double Slope { get; }

    /// <summary>True when the measurements surely scatter about a line: then its interval is enough, and elsewhere the wider of both counts.</summary>
    public bool IsScattering { get; }

    /// <summary>True when the measurements wander rather than scatter about a line: then the last of them is where it goes on.</summary>
    public bool IsWandering { get; }

    /// <summary>What is expected, and between which values, at a time that is not before the last measurement.</summary>
    public (double Middle, double Low, double High) At(double x)
    {
        var from = x - centerX;
        var line = (Middle: centerY + Slope * from, Low: centerY - scatter + low * from, High: centerY + scatter + high * from);
        if (IsScattering) return line;
        var ahead = x - lastX;
        // How far it may wander, and how well the drift is known: Theil–Sen of a walk has a quarter more variance than the best estimate.
        var reach = reachFactor * wander * Math.Sqrt(ahead + 1.25 * ahead * ahead / span);
        var walk = lastY + Slope * ahead;
        return (IsWandering ? walk : line.Middle, Math.Min(line.Low, walk - reach), Math.Max(line.High, walk + reach));
    }

    /// <summary>The first time between the last measurement and <paramref name="end"/> at which <paramref name="of"/> the course reaches a limit; null when it does not.</summary>
    public double? Reaches(double limit, double end, Func<(double Middle, double Low, double High), double> of)
    {
        // All three, of a course that grows, cross a limit upwards once at most, so that halving meets the place.
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

    /// <summary>Student's two-sided 95 %: the step's size is only as well known as there are steps. By Fisher's and Cornish's series, within 3 % from three degrees on.</summary>
    private static double StudentOf(int degrees)
    {
        const double z = TheilSen.Confidence;
        return z + (z * z * z + z) / (4 * degrees) + (5 * Math.Pow(z, 5) + 16 * z * z * z + 3 * z) / (96d * degrees * degrees);
    }
}
