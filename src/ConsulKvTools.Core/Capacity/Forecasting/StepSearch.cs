namespace ConsulKvTools.Capacity.Forecasting;

/// <summary>Finds where a course was lifted or lowered at once, such as by a migration: what lay before says nothing of how it goes on.</summary>
internal static class StepSearch
{
    private const double FarOff = 6;

    // Of the range: less makes no difference to a forecast, and on a course without scatter rounding is far off, too.
    private const double Notable = 0.02;

    // Of what there is: a few keys more in a hundred thousand are no step, however flat the course was.
    private const double Slight = 0.001;

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

        var steps = new SortedSet<int>();
        // The largest first, each held only against what lies between the steps beside it: against the level before a migration the least leap behind it would be a step.
        foreach (var split in candidates.OrderByDescending(i => Math.Abs(leaps[i])).Take(MostCandidates).Select(i => i + 1))
            if (IsStep(x, y, steps.LastOrDefault(step => step < split), split, steps.Append(count).First(step => step > split))) steps.Add(split);
        var settled = steps.Where(split => count - split >= Settled).ToArray();
        if (settled.Length > MostSteps) return (0, false);
        return (settled.Length == 0 ? 0 : settled[settled.Length - 1], steps.Count > settled.Length);
    }

    /// <summary>True when the course of a stretch goes on parallel to itself behind the place, at another height.</summary>
    private static bool IsStep(double[] x, double[] y, int start, int split, int end)
    {
        var slope = TheilSen.Median(TheilSen.Pairs(x, y, start, split).Concat(TheilSen.Pairs(x, y, split, end)));
        var rest = Enumerable.Range(start, end - start).Select(i => y[i] - slope * x[i]).ToArray();
        var before = TheilSen.Median(rest.Take(split - start));
        var after = TheilSen.Median(rest.Skip(split - start));
        var spread = TheilSen.Spread([.. rest.Select((value, i) => value - (i < split - start ? before : after))]);
        var (least, most) = (y.Skip(start).Take(end - start).Min(), y.Skip(start).Take(end - start).Max());
        return Math.Abs(after - before) > Math.Max(FarOff * spread, Math.Max(Notable * (most - least), Slight * most));
    }
}
