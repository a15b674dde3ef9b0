namespace ConsulKvTools.Telemetry;

/// <summary>The figures of this process, by the names of sessions: who scrapes a process wants all of it, whichever runspace did the work.</summary>
internal static class MetricRegistry
{
    private static readonly MetricNames Names = new(1000);

    /// <summary>Every session's figures, by name.</summary>
    public static IEnumerable<SessionMetrics> Sessions => Names.All;

    /// <summary>The figures of sessions of this name; of the thousand that were used last.</summary>
    public static SessionMetrics Of(string name) => Names.Of(name);

    /// <summary>The series as objects.</summary>
    /// <param name="wanted">Which sessions.</param>
    /// <param name="reset">Begins anew afterwards.</param>
    /// <param name="time">The clock that rates are told by.</param>
    public static IEnumerable<ConsulKvMetric> Read(Func<string, bool> wanted, bool reset, TimeProvider time)
    {
        foreach (var session in Sessions.Where(session => wanted(session.Name)))
            if ((reset ? session.Reset() : session.Table) is { } table)
                foreach (var series in table.All)
                    if (MetricOf(table, series, time.GetUtcNow()) is { } metric) yield return metric;
    }

    private static ConsulKvMetric? MetricOf(MetricTable table, MetricSeries series, DateTimeOffset now)
    {
        var figures = series.Durations.Read();
        if (figures.Count == 0) return null;
        var seconds = (now - table.Since).TotalSeconds;
        return new ConsulKvMetric
        {
            Session = table.Session, Operation = series.Operation, Outcome = series.Outcome, Code = series.Code, Count = figures.Count,
            // Of what began a moment ago a rate would be a wild guess.
            Rate = figures.Count / Math.Max(seconds, 1), Retries = series.Retries, Bytes = series.Bytes,
            Minimum = figures.Minimum!.Value, Mean = figures.Mean!.Value, P50 = figures.Percentile(0.5)!.Value, P90 = figures.Percentile(0.9)!.Value, P99 = figures.Percentile(0.99)!.Value,
            Maximum = figures.Maximum!.Value, Since = table.Since,
        };
    }
}
