namespace ConsulKvTools.Kv.Writing;

/// <summary>What must still be so of a key for a transaction to be carried out.</summary>
/// <param name="Key">The key.</param>
/// <param name="Index">Its ModifyIndex; 0 when it must not exist.</param>
internal readonly record struct TransactionGuard(string Key, ulong Index);
