namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>Finds where a course was lifted or lowered at once, such as by a migration: what lay before says nothing of how it goes on.</summary>
internal static class StepSearch
{
    private const double FarOff = 6;
    private const int MostCandidates = 8;
    private const int Settled = 3;

    // Growth that comes in steps is growth.
    private const int MostSteps = 2;

    /// <summary>Where the stretch that counts begins, and whether the last few points left the course.</summary>
    public static (int Start, bool IsUnsettled) Of(double[] x, double[] y)
    {
        var count = x.Length;
        var usual = TheilSen.Median(Enumerable.Range(0, count - 1).Where(i => x[i + 1] > x[i]).Select(i => (y[i + 1] - y[i]) / (x[i + 1] - x[i])));
        var leaps = Enumerable.Range(0, count - 1).Select(i => y[i + 1] - y[i] - usual * (x[i + 1] - x[i])).ToArray();
        var scale = TheilSen.Spread(leaps);
        var candidates = Enumerable.Range(0, count - 1).Where(i => Math.Abs(leaps[i]) > FarOff * scale && leaps[i] != 0).ToArray();
        if (candidates.Length == 0) return (0, false);

        var steps = candidates.OrderByDescending(i => Math.Abs(leaps[i])).Take(MostCandidates).Select(i => i + 1).Where(split => IsStep(x, y, split)).OrderBy(split => split).ToArray();
        var settled = steps.Where(split => count - split >= Settled).ToArray();
        if (settled.Length > MostSteps) return (0, false);
        return (settled.Length == 0 ? 0 : settled[settled.Length - 1], steps.Length > settled.Length);
    }

    /// <summary>True when the course goes on parallel to itself behind the place, at another height.</summary>
    private static bool IsStep(double[] x, double[] y, int split)
    {
        var slope = TheilSen.Median(TheilSen.Pairs(x, y, 0, split).Concat(TheilSen.Pairs(x, y, split, x.Length)));
        var rest = y.Select((value, i) => value - slope * x[i]).ToArray();
        var before = TheilSen.Median(rest.Take(split));
        var after = TheilSen.Median(rest.Skip(split));
        var spread = TheilSen.Spread([.. rest.Select((value, i) => value - (i < split ? before : after))]);
        return Math.Abs(after - before) > FarOff * spread && after != before;
    }
}
