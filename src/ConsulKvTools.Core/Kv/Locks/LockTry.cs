namespace ConsulKvTools.Kv.Locks;

/// <summary>What became of an attempt to take a lock.</summary>
/// <param name="State">What.</param>
/// <param name="Index">Taken: the fencing value. Held by others: the index to wait behind.</param>
/// <param name="Holders">Held by others: who they are, by lock session; of a semaphore all whose lock session lives.</param>
internal sealed record LockTry(LockTryState State, ulong Index = 0, params IReadOnlyList<string> Holders);
