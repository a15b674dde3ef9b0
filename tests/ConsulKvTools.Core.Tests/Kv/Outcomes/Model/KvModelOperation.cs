namespace ConsulKvTools.Tests.Kv.Outcomes.Model;

/// <summary>One operation, in the words of <c>/v1/txn</c>.</summary>
/// <param name="Verb">set, cas, delete, delete-cas, delete-tree, lock, unlock, get, check-index or check-not-exists.</param>
/// <param name="Key">The key, or the prefix of a tree.</param>
/// <param name="Value">The value; empty for removals.</param>
/// <param name="Flags">The flags.</param>
/// <param name="Index">The index to check against.</param>
/// <param name="LockSession">The lock session of lock and unlock.</param>
internal sealed record KvModelOperation(string Verb, string Key, string Value = "", ulong Flags = 0, ulong Index = 0, string? LockSession = null)
{
    /// <summary>True for what only looks.</summary>
    public bool IsRead => Verb is "get" or "check-index" or "check-not-exists";
}
