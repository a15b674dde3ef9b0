using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>How long a probe or layer took over a series.</summary>
internal sealed record LatencyDocument(string Name, ConsulLayer Layer, int Count, decimal MinMs, decimal P50Ms, decimal P90Ms, decimal P99Ms, decimal MaxMs)
{
    public static LatencyDocument Of(LatencySummary row) => new(row.Name, row.Layer, row.Count,
        Milliseconds.Of(row.Minimum), Milliseconds.Of(row.P50), Milliseconds.Of(row.P90), Milliseconds.Of(row.P99), Milliseconds.Of(row.Maximum));
}
