using System.Diagnostics;

namespace ConsulKvTools.Telemetry;

/// <summary>The figures of all sessions of one name in this process.</summary>
internal sealed class SessionMetrics(string name)
{
    private MetricTable? table;
    private long pending;
    private long lastUsed;
    private long lost;

    /// <summary>The sessions' name.</summary>
    public string Name { get; } = name;

    /// <summary>Writes begun and not ended.</summary>
    public long Pending => Interlocked.Read(ref pending);

    /// <summary>When it was used last, by the machine's counter.</summary>
    public long LastUsed => Volatile.Read(ref lastUsed);

    /// <summary>Lines that the write log lost.</summary>
    public long LostLines => Interlocked.Read(ref lost);

    /// <summary>The series; null before the first operation.</summary>
    public MetricTable? Table => Volatile.Read(ref table);

    /// <summary>Tags of what is only told by session.</summary>
    public KeyValuePair<string, object?>[] Tags { get; } = [new("session", name)];

    /// <summary>Something is to be counted.</summary>
    public void Use() => Volatile.Write(ref lastUsed, Stopwatch.GetTimestamp());

    /// <summary>A write began (+1) or ended (-1).</summary>
    public void Pend(int change)
    {
        Interlocked.Add(ref pending, change);
        if (Instruments.Pending.Enabled) Instruments.Pending.Add(change, Tags);
    }

    /// <summary>Lines were lost.</summary>
    public void Lose(long lines)
    {
        Interlocked.Add(ref lost, lines);
        Instruments.LostLines.Add(lines, Tags);
    }

    /// <summary>Counts an operation that ended.</summary>
    public void Record(ConsulKvOperation operation, ConsulKvMetricOutcome outcome, string? code, TimeSpan duration, long bytes, int retries, TimeProvider time)
    {
        var series = TableOf(time).Of(operation, outcome, code);
        series.Record(duration, bytes, retries);
        Instruments.Record(series, duration, bytes, retries);
    }

    /// <summary>Begins anew and gives what was counted until now; null when nothing was. What ends in that very moment may count for neither.</summary>
    public MetricTable? Reset() => Interlocked.Exchange(ref table, null);

    private MetricTable TableOf(TimeProvider time) =>
        Table ?? Interlocked.CompareExchange(ref table, new MetricTable(Name, time.GetUtcNow()), null) ?? Table!;
}
