using System.Collections.Concurrent;

namespace ConsulKvTools.Telemetry;

/// <summary>The series of one session since one moment.</summary>
internal sealed class MetricTable(string session, DateTimeOffset since)
{
    private const int Outcomes = (int)ConsulKvMetricOutcome.Cancelled + 1;
    private const int Operations = (int)ConsulKvOperation.Wait + 1;

    // What nearly every operation needs is found without a search.
    private readonly MetricSeries?[] withoutCode = new MetricSeries?[Operations * Outcomes];
    private readonly ConcurrentDictionary<(ConsulKvOperation, ConsulKvMetricOutcome, string), MetricSeries> withCode = new();

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>The session's name.</summary>
    public string Session { get; } = session;

    /// <summary>Every series in which something was counted, in a fixed order.</summary>
    public IEnumerable<MetricSeries> All => withoutCode.OfType<MetricSeries>().Concat(withCode.Values)
        .OrderBy(series => series.Operation).ThenBy(series => series.Outcome).ThenBy(series => series.Code, StringComparer.Ordinal);

    public MetricSeries Of(ConsulKvOperation operation, ConsulKvMetricOutcome outcome, string? code)
    {
        if (code is not null) return withCode.GetOrAdd((operation, outcome, code), row => new MetricSeries(Session, row.Item1, row.Item2, row.Item3));
        ref var place = ref withoutCode[((int)operation * Outcomes) + (int)outcome];
        return Volatile.Read(ref place) ?? Interlocked.CompareExchange(ref place, new MetricSeries(Session, operation, outcome, null), null) ?? Volatile.Read(ref place)!;
    }
}
