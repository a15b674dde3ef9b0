using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace ConsulKvTools.Telemetry;

/// <summary>
/// The meter and the source of spans, both named <c>ConsulKvTools</c>, as OpenTelemetry and dotnet-counters see them. Tags are the session's name,
/// the operation, the outcome and the code: never a key, a value or a token. While nobody listens a measurement costs a comparison.
/// </summary>
internal static class Instruments
{
    /// <summary>The name of both.</summary>
    public const string Name = "ConsulKvTools";

    private static readonly Meter Meter = new(Name, Version);

    private static readonly Counter<long> Writes = Meter.CreateCounter<long>("consulkv.writes", "{write}", "Writes that ended, by outcome and code.");
    private static readonly Counter<long> Reads = Meter.CreateCounter<long>("consulkv.reads", "{read}", "Reads that ended, by outcome and code.");
    private static readonly Histogram<double> WriteDurations = Meter.CreateHistogram<double>("consulkv.write.duration", "s", "From the beginning of a write to its known outcome, pauses included.");
    private static readonly Histogram<double> ReadDurations = Meter.CreateHistogram<double>("consulkv.read.duration", "s", "From the beginning of a read to the end of its answer, pauses included.");
    private static readonly Counter<long> WriteBytes = Meter.CreateCounter<long>("consulkv.write.bytes", "By", "Bytes of the values of writes that ended.");
    private static readonly Counter<long> ReadBytes = Meter.CreateCounter<long>("consulkv.read.bytes", "By", "Bytes of the answers to reads.");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("consulkv.retries", "{retry}", "Attempts and questions that failures made necessary.");

    /// <summary>The module's version.</summary>
    public static string Version => typeof(Instruments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Spans.</summary>
    public static ActivitySource Spans { get; } = new(Name, Version);

    /// <summary>Writes begun and not ended.</summary>
    public static UpDownCounter<long> Pending { get; } = Meter.CreateUpDownCounter<long>("consulkv.pending_writes", "{write}", "Writes begun and not ended.");

    /// <summary>Lines that a write log lost.</summary>
    public static Counter<long> LostLines { get; } = Meter.CreateCounter<long>("consulkv.log.lost_lines", "{line}", "Lines of the write log that could not be written.");

    /// <summary>Tells who listens of an operation that ended.</summary>
    public static void Record(MetricSeries series, TimeSpan duration, long bytes, int retries)
    {
        var (count, durations, sizes) = series.IsWrite ? (Writes, WriteDurations, WriteBytes) : (Reads, ReadDurations, ReadBytes);
        if (count.Enabled) count.Add(1, series.CountTags);
        if (durations.Enabled) durations.Record(duration.TotalSeconds, series.DurationTags);
        if (bytes > 0 && sizes.Enabled) sizes.Add(bytes, series.OperationTags);
        if (retries > 0 && Retries.Enabled) Retries.Add(retries, series.OperationTags);
    }
}
