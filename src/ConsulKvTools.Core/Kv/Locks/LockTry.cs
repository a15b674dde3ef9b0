namespace ConsulKvTools.Kv.Locks;

/// <summary>What became of an attempt to take a lock.</summary>
/// <param name="State">What.</param>
/// <param name="Index">Taken: the fencing value. Held by others: the index to wait behind.</param>
/// <param name="Holder">Who holds it, by lock session; null when nobody does, or several.</param>
internal sealed record LockTry(LockTryState State, ulong Index = 0, string? Holder = null);
