using System.Text.Json.Nodes;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv diagnose</c> found.</summary>
internal sealed record DiagnosisDocument(
    string Target, string? Key, DiagnosisVerdict Verdict, FindingDocument? RootCause, IReadOnlyList<FindingDocument> Findings,
    IReadOnlyList<ProbeDocument> Probes, JsonObject Facts, IReadOnlyList<SettingDocument> Configuration, DateTimeOffset StartedAt, double DurationMs) : CommandDocument("diagnosis")
{
    public static DiagnosisDocument Of(ConsulDiagnosis diagnosis) => new(
        diagnosis.Target, diagnosis.Key, diagnosis.Verdict, FindingDocument.OfAny(diagnosis.RootCause), [.. diagnosis.Findings.Select(FindingDocument.Of)],
        [.. diagnosis.Probes.Select(ProbeDocument.Of)], EvidenceJson.Of(diagnosis.Facts), [.. diagnosis.Configuration.Select(SettingDocument.Of)],
        diagnosis.StartedAt, Milliseconds.Of(diagnosis.Duration));
}
