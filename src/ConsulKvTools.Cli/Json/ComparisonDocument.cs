using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv diagnose --compare</c> found: the diagnosis, and what changed since the saved one.</summary>
internal sealed record ComparisonDocument(
    DiagnosisVerdict ReferenceVerdict, DateTimeOffset ReferenceStartedAt, DiagnosisVerdict DifferenceVerdict, IReadOnlyList<ChangeDocument> Changes,
    IReadOnlyList<string> Warnings, DiagnosisDocument Diagnosis) : CommandDocument("comparison")
{
    public static ComparisonDocument Of(ConsulDiagnosisComparison comparison) => new(
        comparison.ReferenceVerdict, comparison.Reference.StartedAt, comparison.DifferenceVerdict, [.. comparison.Changes.Select(ChangeDocument.Of)],
        comparison.Warnings, DiagnosisDocument.Of(comparison.Difference));
}
