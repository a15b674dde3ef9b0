using System.Globalization;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Kv.Locks;

/// <summary>Takes a lock: at once, or by waiting for whoever holds it.</summary>
internal static class KvLocking
{
    private static readonly TimeSpan DelayStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(800);

    /// <summary>Takes it. Whatever else happens, no lock session stays behind.</summary>
    /// <param name="session">The session.</param>
    /// <param name="wanted">What is to be locked.</param>
    /// <param name="tell">Hears whom or what it waits for, whenever that changes.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <param name="clock">Counts the TTL; null is the machine's.</param>
    /// <exception cref="ConsulLockException">
    /// It could not be had in time (<c>Lock.NotAcquired</c>), would be waited for without end by its own holder (<c>Lock.HeldHere</c>), or the key is no lock.
    /// </exception>
    /// <exception cref="ConsulException">It may not be had, or no answer could be had.</exception>
    public static async Task<ConsulKvLock> AcquireAsync(ConsulKvSession session, KvLockRequest wanted, Action<string> tell, CancellationToken cancellation, TimeProvider? clock = null)
    {
        if (KvKey.Check(wanted.Key, isPrefix: false) is { } bad) throw ConsulException.From(bad);
        var began = session.Time.GetTimestamp();
        var layout = LayoutOf(session, wanted);
        using var deadline = Deadline.In(wanted.Patience is { } patience && patience > TimeSpan.Zero ? patience : Timeout.InfiniteTimeSpan, cancellation);
        LockLease? lease = null;
        var mayHold = false;
        var waitsFor = "nobody answered yet";
        LockHolder? holder = null;
        long? free = null;
        try
        {
            lease = await LockLease.StartAsync(session.Unobserved, wanted, clock, deadline.Token).ConfigureAwait(false);
            while (true)
            {
                if (lease.Loss is not null) lease = await RenewedAsync(lease).ConfigureAwait(false);
                mayHold = true;
                var attempt = await layout.TryTakeAsync(lease.Id, deadline.Token).ConfigureAwait(false);
                mayHold = attempt.State is LockTryState.Taken or LockTryState.Again;
                switch (attempt.State)
                {
                    case LockTryState.Taken when lease.Left > TimeSpan.Zero:
                        var taken = new ConsulKvLock(new HeldLock(session.Unobserved, wanted, LayoutOf(session.Unobserved, wanted), lease, attempt.Index, session.Time.GetElapsedTime(began)));
                        lease = null;
                        return taken;
                    case LockTryState.SessionGone:
                        lease = await RenewedAsync(lease).ConfigureAwait(false);
                        continue;
                    case LockTryState.Again:
                        await Pause.ForAsync(Moment, session.Time, deadline.Token).ConfigureAwait(false);
                        continue;
                    case LockTryState.Held:
                        free = null;
                        if (attempt.Holders is not [var by]) Say($"as many hold it as may ({wanted.Limit})");
                        else if (holder?.Id != by)
                        {
                            holder = await LockSessionCalls.FindAsync(session, by, deadline.Token).ConfigureAwait(false);
                            Say($"it is held by {holder?.ToString() ?? "lock session " + by}");
                        }
                        if (wanted.Patience == TimeSpan.Zero) throw NotAcquired();
                        if (wanted.Patience is null && Own(attempt.Holders) is { } own) throw OwnLock(own);
                        await WaitAsync(lease, attempt.Index).ConfigureAwait(false);
                        break;
                    case LockTryState.Delayed:
                        free ??= session.Time.GetTimestamp();
                        var known = holder?.LockDelay;
                        Say(known is { } delay
                            ? string.Format(CultureInfo.InvariantCulture, "its lock-delay is running, {0:0.#} s from the loss of {1} on: until about {2:HH:mm:ss}Z", delay.TotalSeconds, holder, session.Time.GetUtcNow() - session.Time.GetElapsedTime(free.Value) + delay)
                            : "its lock-delay is running since its last holder was lost: 15 s unless that holder's lock session says otherwise, at most 60 s");
                        if (wanted.Patience == TimeSpan.Zero) throw NotAcquired();
                        await Pause.ForAsync(DelayStep, session.Time, deadline.Token).ConfigureAwait(false);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw NotAcquired();
        }
        finally
        {
            if (lease is not null) await EndAsync(lease).ConfigureAwait(false);
        }

        async Task<LockLease> RenewedAsync(LockLease old)
        {
            await EndAsync(old).ConfigureAwait(false);
            return await LockLease.StartAsync(session.Unobserved, wanted, clock, deadline.Token).ConfigureAwait(false);
        }

        // No contender's key, no late attempt outlives its lock session.
        async Task EndAsync(LockLease old)
        {
            await old.DisposeAsync().ConfigureAwait(false);
            using var last = Deadline.In(LastWord, CancellationToken.None);
            await LockSessionCalls.TryEndAsync(session, old.Id, mayHold ? layout : null, last.Token).ConfigureAwait(false);
        }

        async Task WaitAsync(LockLease alive, ulong index)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, alive.Lost);
            try
            {
                // Answers when the key or prefix changes; without one the next attempt says what is wrong.
                if (await layout.AskAsync(alive.Id, index, either.Token).ConfigureAwait(false) is null) await Pause.ForAsync(DelayStep, session.Time, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (alive.Loss is not null && !deadline.IsCancellationRequested)
            {
                // Then with another lock session.
            }
        }

        void Say(string what)
        {
            if (waitsFor == what) return;
            waitsFor = what;
            tell(what);
        }

        // By their lock sessions, whatever way to Consul either took; of a semaphore only when nobody else can make room either.
        ConsulKvLock? Own(IReadOnlyList<string> holders)
        {
            var own = wanted.Own.Where(one => one.IsHeld && holders.Contains(one.LockSession)).ToArray();
            return own.Length == holders.Count ? own.FirstOrDefault() : null;
        }

        ConsulException OwnLock(ConsulKvLock own) => ConsulException.From(ConsulFinding.Create("Lock.HeldHere",
            ("key", Printable.Text(wanted.Key)), ("holder", own.LockSession), ("since", own.AcquiredAt), ("limit", wanted.Limit), ("address", session.Address)));

        ConsulException NotAcquired() => ConsulException.From(ConsulFinding.Create("Lock.NotAcquired",
            ("key", Printable.Text(wanted.Key)), ("seconds", Math.Round(session.Time.GetElapsedTime(began).TotalSeconds, 1)), ("detail", waitsFor), ("holder", holder?.Id), ("address", session.Address)));
    }

    private static ILockLayout LayoutOf(ConsulKvSession session, KvLockRequest wanted) =>
        wanted.IsSemaphore ? new SemaphoreLock(session, wanted, session.Time.GetUtcNow()) : new KeyLock(session, wanted, session.Time.GetUtcNow());
}
