using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What became of <c>consulkv import</c>; of the keys that failed the first hundred.</summary>
internal sealed record ImportDocument(
    string Source, bool IsComplete, bool IsPartial, long Created, long Changed, long Deleted, long Unchanged, long Excluded, long DoneBefore, long Conflicts, long Failed, long NotBegun, long Bytes,
    string? UndoPath, string? JournalPath, decimal DurationMs, IReadOnlyList<ImportFailure> Failures) : CommandDocument("import")
{
    public static ImportDocument Of(ConsulKvImport import, IEnumerable<ConsulKvWriteResult> failures) => new(
        import.Document, import.IsComplete, import.IsPartial, import.Created, import.Changed, import.Deleted, import.Unchanged, import.Excluded, import.DoneBefore, import.Conflicts, import.Failed, import.NotBegun, import.Bytes,
        import.UndoPath, import.JournalPath, Milliseconds.Of(import.Duration), [.. failures.Select(failure => new ImportFailure(failure.Key, failure.Outcome, failure.Code, failure.Message))]);
}
