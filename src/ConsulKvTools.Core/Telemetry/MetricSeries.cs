namespace ConsulKvTools.Telemetry;

/// <summary>One operation that ended in one way: the figures.</summary>
internal sealed class MetricSeries
{
    private long bytes;
    private long retries;

    public MetricSeries(string session, ConsulKvOperation operation, ConsulKvMetricOutcome outcome, string? code)
    {
        (Operation, Outcome, Code) = (operation, outcome, code);
        // Made once: the meter takes them with each measurement.
        DurationTags = [new("session", session), new("operation", operation.ToString()), new("outcome", outcome.ToString())];
        CountTags = code is null ? DurationTags : [.. DurationTags, new("code", code)];
        OperationTags = [.. DurationTags.Take(2)];
    }

    public ConsulKvOperation Operation { get; }

    public ConsulKvMetricOutcome Outcome { get; }

    public string? Code { get; }

    public KeyValuePair<string, object?>[] CountTags { get; }

    public KeyValuePair<string, object?>[] DurationTags { get; }

    public KeyValuePair<string, object?>[] OperationTags { get; }

    public DurationHistogram Durations { get; } = new();

    public long Bytes => Interlocked.Read(ref bytes);

    public long Retries => Interlocked.Read(ref retries);

    public bool IsWrite => Operation < ConsulKvOperation.Read;

    /// <summary>Counts one.</summary>
    public void Record(TimeSpan duration, long size, int again)
    {
        Durations.Record(duration);
        if (size > 0) Interlocked.Add(ref bytes, size);
        if (again > 0) Interlocked.Add(ref retries, again);
    }
}
