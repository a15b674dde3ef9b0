namespace ConsulKvTools.Kv.Locks;

/// <summary>How a lock is laid out in keys: a key of its own, or a semaphore.</summary>
internal interface ILockLayout
{
    /// <summary>Takes it, if that can be done now.</summary>
    /// <param name="lockSession">The lock session that is to hold it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">It can never be taken so.</exception>
    Task<LockTry> TryTakeAsync(string lockSession, CancellationToken cancellation);

    /// <summary>Whether the lock session holds it by an answer; null when there was no answer. <paramref name="after"/> waits for a change.</summary>
    Task<(bool IsHolder, ulong Index)?> AskAsync(string lockSession, ulong after, CancellationToken cancellation);

    /// <summary>Gives it back.</summary>
    Task<ConsulKvWriteResult> GiveBackAsync(string lockSession, bool removeKey, CancellationToken cancellation);
}
