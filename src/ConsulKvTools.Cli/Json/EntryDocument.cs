using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv get KEY</c> read.</summary>
internal sealed record EntryDocument(string Key, KvReadState State, EntryRow? Entry, ConsulConsistency Consistency, decimal? LastContactMs, ulong? Index, FindingDocument? Finding) : CommandDocument("entry")
{
    public static EntryDocument Of(string key, ConsulConsistency consistency, KvReadResult result) => new(
        key, result.State, result.Entry is { } entry ? EntryRow.Of(entry) : null, consistency,
        Milliseconds.Of(result.Entry?.LastContact), result.Index, FindingDocument.OfAny(result.Finding));
}
