using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What became of <c>consulkv set</c>.</summary>
internal sealed record WriteDocument(
    string Key, ConsulKvWriteKind Kind, ConsulKvOutcome Outcome, string? Code, string? Message, string? Remedy, ulong? ModifyIndex,
    FindingDocument? Finding, IReadOnlyList<AttemptDocument> Attempts, decimal DurationMs, Guid OperationId) : CommandDocument("write")
{
    public static WriteDocument Of(ConsulKvWriteResult result) => new(
        result.Key, result.Kind, result.Outcome, result.Code, result.Message, result.Remedy, result.ModifyIndex,
        FindingDocument.OfAny(result.Finding), [.. result.Attempts.Select(AttemptDocument.Of)], Milliseconds.Of(result.Duration), result.OperationId);
}
