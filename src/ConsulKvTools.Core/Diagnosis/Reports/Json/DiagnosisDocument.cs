using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>A diagnosis as JSON. <c>docs/diagnosis-schema.md</c> describes every member; what changes here changes there.</summary>
internal sealed record DiagnosisDocument(
    string Target, string? Key, DiagnosisVerdict Verdict, FindingDocument? RootCause, IReadOnlyList<FindingDocument> Findings,
    IReadOnlyList<ProbeDocument> Probes, JsonObject Facts, IReadOnlyList<SettingDocument> Configuration, DateTimeOffset StartedAt, decimal DurationMs)
{
    /// <summary>What <see cref="Document"/> says: this is what tells a diagnosis from any other JSON.</summary>
    public const string Kind = "diagnosis";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyOrder(-2)]
    public string Document => Kind;

    /// <summary>Grows only when a member changes its meaning or goes; new members may come at any time.</summary>
    [JsonPropertyOrder(-1)]
    public int Version => CurrentVersion;

    public static DiagnosisDocument Of(ConsulDiagnosis diagnosis) => new(
        diagnosis.Target, diagnosis.Key, diagnosis.Verdict, FindingDocument.OfAny(diagnosis.RootCause), [.. diagnosis.Findings.Select(FindingDocument.Of)],
        [.. diagnosis.Probes.Select(ProbeDocument.Of)], EvidenceJson.Of(diagnosis.Facts), [.. diagnosis.Configuration.Select(SettingDocument.Of)],
        diagnosis.StartedAt, Milliseconds.Of(diagnosis.Duration));
}
