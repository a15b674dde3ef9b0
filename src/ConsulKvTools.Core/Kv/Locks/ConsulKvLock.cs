using ConsulKvTools.Kv.Locks;

namespace ConsulKvTools;

/// <summary>
/// A lock that is held: its lock session is renewed until it is given back by <see cref="Dispose"/>, <c>Unlock-ConsulKv</c> or the end of the
/// runspace. Ask <see cref="IsHeld"/> before each thing that only the holder may do, and give <see cref="FencingValue"/> along with it.
/// </summary>
public sealed class ConsulKvLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly HeldLock held;

    internal ConsulKvLock(HeldLock held) => this.held = held;

    /// <summary>The key; of a semaphore its prefix.</summary>
    public string Key => held.Wanted.Key;

    /// <summary>The id of Consul's lock session: give it, or the lock itself, to <c>Set-ConsulKv -LockSession</c>.</summary>
    public string LockSession => held.Lease.Id;

    /// <summary>
    /// The key's ModifyIndex when the lock was taken. Each later holder's is greater, also after the key was removed and made anew, after elections and after a snapshot was
    /// restored: whoever keeps the greatest one seen and refuses smaller ones cannot be fooled by a holder who does not know yet that he is none any more.
    /// Begins anew only with a cluster that is made anew. Of a semaphore the index at which it was entered: several may have the same.
    /// </summary>
    public ulong FencingValue => held.FencingValue;

    /// <summary>When it was taken, by this machine's clock.</summary>
    public DateTimeOffset AcquiredAt => held.AcquiredAt;

    /// <summary>How long it took to get it.</summary>
    public TimeSpan Waited => held.Waited;

    /// <summary>After this time without a renewal the lock counts as lost.</summary>
    public TimeSpan Ttl => held.Wanted.Ttl;

    /// <summary>How long nobody may lock the key after this holder was lost.</summary>
    public TimeSpan LockDelay => held.Wanted.LockDelay;

    /// <summary>How many may hold it at once; 1 unless it is a semaphore.</summary>
    public int Limit => held.Wanted.Limit;

    /// <summary>True while it is surely held: asked of a clock that also runs while the process is frozen or the machine sleeps, not of the network.</summary>
    public bool IsHeld => !held.IsReleased && held.Lease.Left > TimeSpan.Zero;

    /// <summary>How long it is surely held without another renewal; zero when it is not.</summary>
    public TimeSpan Left => held.IsReleased ? TimeSpan.Zero : held.Lease.Left;

    /// <summary>Why it was lost; null while it was not, also after it was given back, unless its session was removed before.</summary>
    public ConsulFinding? Loss => held.Lease.Loss;

    /// <summary>Fires when it is lost; not when it is given back.</summary>
    public CancellationToken Lost => held.Lease.Lost;

    /// <summary>The session it is held with.</summary>
    public string Session => held.Session.Name;

    internal ConsulKvSession Owner => held.Session;

    internal bool IsReleased => held.IsReleased;

    /// <summary>Gives it back and ends its lock session; what became of that.</summary>
    /// <param name="removeKey">True removes the key, too, unless somebody else has taken it.</param>
    /// <param name="cancellation">Stops it. The lock session then ends by its TTL.</param>
    internal Task<ConsulKvWriteResult> ReleaseAsync(bool removeKey, CancellationToken cancellation) => held.ReleaseAsync(removeKey, cancellation);

    /// <summary>Gives it back within a time, without a word about how that went; what is not done by then its TTL does.</summary>
    internal Task AbandonAsync(TimeSpan patience) => held.AbandonAsync(patience);

    /// <inheritdoc cref="AbandonAsync"/>
    internal void Abandon(TimeSpan patience) => AbandonAsync(patience).Wait(patience + Grace);

    /// <summary>Says that it is lost because its session was removed, to whatever goes on under it.</summary>
    internal void LoseWithSession() => held.Lease.LoseWithSession();

    /// <summary>Gives the lock back; waits 5 s at most. Without an answer the lock session ends by its TTL.</summary>
    public void Dispose() => Abandon(Patience);

    /// <inheritdoc/>
    public override string ToString() => $"{Key} {(held.IsReleased ? "given back" : IsHeld ? "held" : "lost")} by {LockSession}";
}
