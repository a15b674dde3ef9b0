namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>What one raft entry came to.</summary>
/// <param name="Errors">Position and text of each operation that failed; empty when all were done.</param>
/// <param name="Results">The entries that set, cas, lock, unlock and get give back, in order.</param>
/// <param name="Changed">The versions that were replaced or removed: key, and ModifyIndex before (0: there was none).</param>
internal sealed record KvModelAnswer(
    IReadOnlyList<(int Operation, string What)> Errors, IReadOnlyList<KvModelEntry> Results, IReadOnlyList<(string Key, ulong Before)> Changed)
{
    /// <summary>True when it was applied; a single operation answers this as <c>true</c>.</summary>
    public bool Done => Errors.Count == 0;
}
