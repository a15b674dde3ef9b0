namespace ConsulKvTools.Kv.Locks;

/// <summary>What is behind a lock: its lease, its layout, and whoever looks whether it is still ours.</summary>
internal sealed class HeldLock
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWord = TimeSpan.FromMilliseconds(600);

    private readonly ILockLayout layout;
    private readonly CancellationTokenSource over = new();
    private readonly Task watching;
    private readonly object gate = new();
    private Task<ConsulKvWriteResult>? release;
    private volatile bool isGivenBack;

    public HeldLock(ConsulKvSession session, KvLockRequest wanted, ILockLayout layout, LockLease lease, ulong fencingValue, TimeSpan waited)
    {
        (Session, Wanted, this.layout, Lease, FencingValue, Waited) = (session, wanted, layout, lease, fencingValue, waited);
        AcquiredAt = session.Time.GetUtcNow();
        watching = Task.Run(WatchAsync);
    }

    public ConsulKvSession Session { get; }

    public KvLockRequest Wanted { get; }

    public LockLease Lease { get; }

    public ulong FencingValue { get; }

    public DateTimeOffset AcquiredAt { get; }

    public TimeSpan Waited { get; }

    /// <summary>True while it is being given back, and once it is; false again when that failed, for then it is held until its TTL has passed.</summary>
    public bool IsReleased => isGivenBack || Volatile.Read(ref release) is { IsCompleted: false };

    /// <summary>Gives it back, once; who asks again gets the same answer, or another attempt where the last one failed.</summary>
    public Task<ConsulKvWriteResult> ReleaseAsync(bool removeKey, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (release is { IsCompleted: true } && !isGivenBack) release = null;
            return release ??= GiveBackAsync(removeKey, cancellation);
        }
    }

    /// <summary>Gives it back within a time, without a word about how that went.</summary>
    public Task AbandonAsync(TimeSpan patience)
    {
        // What is not done in time has its last word and goes on no longer: the lock session's TTL does the rest.
        var deadline = Deadline.In(patience, CancellationToken.None);
        var done = Task.Run(() => ReleaseAsync(removeKey: false, deadline.Token));
        return done.ContinueWith(task => { _ = task.Exception; deadline.Dispose(); }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task<ConsulKvWriteResult> GiveBackAsync(bool removeKey, CancellationToken cancellation)
    {
        var isLost = Lease.Left <= TimeSpan.Zero;
        over.Cancel();
        await watching.ConfigureAwait(false);
        await Lease.DisposeAsync().ConfigureAwait(false);
        ConsulKvWriteResult? result = null;
        try
        {
            // What is another's by now must not be touched; the lock session is of no use to anybody either way.
            result = isLost ? NotGiven(ConsulKvOutcome.Conflict, LossOf()) : await layout.GiveBackAsync(Lease.Id, removeKey, cancellation).ConfigureAwait(false);
            if (result.Code == "Lock.ReleaseNotHolder")
            {
                // Consul says so sooner here than to whoever watches.
                Lease.Lose(TakenAway(null));
                result = NotGiven(ConsulKvOutcome.Conflict, LossOf());
            }
        }
        catch (ConsulException unheard)
        {
            result = NotGiven(ConsulKvOutcome.Failed, unheard.Finding);
        }
        catch (ObjectDisposedException)
        {
            Lease.LoseWithSession();
            result = NotGiven(ConsulKvOutcome.Conflict, LossOf());
        }
        finally
        {
            // Whoever stops this does not want the lock to stay, so what is left to do has a moment of its own.
            var isStopped = cancellation.IsCancellationRequested;
            using var last = Deadline.In(isStopped ? LastWord : Session.RetryPolicy.AttemptTimeout, CancellationToken.None);
            // Without its lock session nobody holds anything, whatever became of the key.
            isGivenBack = await LockSessionCalls.TryEndAsync(Session, Lease.Id, isStopped && !IsOver(result) ? layout : null, last.Token).ConfigureAwait(false);
        }
        // The lost answer to the release has no say any more.
        if (isGivenBack && !removeKey && result.Outcome == ConsulKvOutcome.Unknown)
        {
            result = result with
            {
                Outcome = ConsulKvOutcome.Written,
                Finding = null,
                Remedy = null,
                Message = $"No answer to the release came. Its lock session was ended, which gives it back; others may have to wait for its lock-delay of {Wanted.LockDelay.TotalSeconds:0.#} s.",
            };
        }
        isGivenBack |= IsOver(result);
        return result;
    }

    /// <summary>True when the key is surely not held any more.</summary>
    private static bool IsOver(ConsulKvWriteResult? result) => result is { Outcome: ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged or ConsulKvOutcome.Conflict };

    private ConsulKvWriteResult NotGiven(ConsulKvOutcome outcome, ConsulFinding why) => new()
    {
        Key = Wanted.Key, Kind = ConsulKvWriteKind.Release, Outcome = outcome, Finding = why, Message = why.Title, Remedy = why.Remedy, Session = Session.Name,
    };

    private ConsulFinding TakenAway(ulong? index) =>
        ConsulFinding.Create("Lock.TakenAway", ("key", Printable.Text(Wanted.Key)), ("session", Lease.Id), ("index", index), ("address", Session.Address));

    private ConsulFinding LossOf() => LockLosses.Of(this);

    /// <summary>Consul tells when the key is another's: a lock session that was ended, a key that was removed or taken by force.</summary>
    private async Task WatchAsync()
    {
        var after = 0UL;
        try
        {
            while (Lease.Loss is null)
            {
                if (await layout.AskAsync(Lease.Id, after, over.Token).ConfigureAwait(false) is not { } seen)
                {
                    // No answer is no loss: the lease decides.
                    await Task.Delay(AfterFailure, over.Token).ConfigureAwait(false);
                    continue;
                }
                if (!seen.IsHolder)
                {
                    Lease.Lose(TakenAway(seen.Index));
                    return;
                }
                if (seen.Index <= after) await Task.Delay(TimeSpan.FromMilliseconds(100), over.Token).ConfigureAwait(false);
                // Of a restored snapshot a waiting query hears with what was there before: then without an index, which the new store would wait for.
                after = seen.Index <= after ? 0 : seen.Index;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It is given back.
        }
        catch (Exception unforeseen) when (unforeseen is ObjectDisposedException or ConsulException)
        {
            // The session was removed; the lease says so.
        }
    }
}
