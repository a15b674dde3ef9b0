using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv diagnose --count</c> found.</summary>
internal sealed record SeriesDocument(
    string Target, string? Key, int Requested, int Count, int Healthy, int Degraded, int Faulty, double Availability, int Changes, bool IsFlapping,
    IReadOnlyList<CauseDocument> Causes, IReadOnlyList<LatencyDocument> Probes, IReadOnlyList<LatencyDocument> Layers, string Percentiles,
    DateTimeOffset StartedAt, decimal DurationMs, IReadOnlyList<DiagnosisDocument> Diagnoses) : CommandDocument("series")
{
    public static SeriesDocument Of(ConsulDiagnosisSeries series) => new(
        series.Target, series.Key, series.Requested, series.Diagnoses.Count, series.HealthyCount, series.DegradedCount, series.FaultyCount, series.Availability,
        series.Changes, series.IsFlapping, [.. series.Causes.Select(CauseDocument.Of)], [.. series.Probes.Select(LatencyDocument.Of)], [.. series.Layers.Select(LatencyDocument.Of)],
        "nearest rank", series.StartedAt, Milliseconds.Of(series.Duration), [.. series.Diagnoses.Select(DiagnosisDocument.Of)]);
}
