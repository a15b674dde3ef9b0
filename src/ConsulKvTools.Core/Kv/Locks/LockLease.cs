using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Kv.Locks;

/// <summary>
/// A lock session that is kept alive. It counts as lost when its TTL has passed since the last renewal that succeeded was sent, by a clock that goes on
/// in sleep, whatever the servers think: they end it later, never sooner, so that nobody else can hold the lock before this side knows.
/// </summary>
internal sealed class LockLease : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    private readonly ConsulKvSession session;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource over = new();
    private readonly CancellationTokenSource lost = new();
    private readonly TimeSpan ttl;
    private readonly Task work;
    private long renewed;
    private ConsulFinding? lastFailure;
    private ConsulFinding? loss;

    private LockLease(ConsulKvSession session, string id, TimeSpan ttl, long began, TimeProvider clock)
    {
        (this.session, Id, this.ttl, renewed, this.clock) = (session, id, ttl, began, clock);
        Lost = lost.Token;
        work = Task.WhenAll(Task.Run(RenewAsync), Task.Run(GuardAsync));
    }

    /// <summary>The lock session's id.</summary>
    public string Id { get; }

    /// <summary>Fires when it is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Why it was lost; null while it was not.</summary>
    public ConsulFinding? Loss => Volatile.Read(ref loss);

    /// <summary>How long it surely lives without another renewal; zero when it may be over.</summary>
    public TimeSpan Left => Loss is null && ttl - clock.GetElapsedTime(Volatile.Read(ref renewed)) is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Makes a lock session and keeps it alive.</summary>
    /// <exception cref="ConsulException">It could not be made.</exception>
    public static async Task<LockLease> StartAsync(ConsulKvSession session, KvLockRequest wanted, TimeProvider? clock, CancellationToken cancellation)
    {
        var time = clock ?? BootTime.OfMachine;
        while (true)
        {
            var began = time.GetTimestamp();
            var id = await LockSessionCalls.CreateAsync(session, wanted, cancellation).ConfigureAwait(false);
            // It may have been made by the last of several attempts; what is counted from the first is on the safe side.
            if (time.GetElapsedTime(began) < wanted.Ttl) return new LockLease(session, id, wanted.Ttl, began, time);
            await LockSessionCalls.TryDestroyAsync(session, id, session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Says that it is lost for a reason that was seen elsewhere. The first reason stays.</summary>
    public void Lose(ConsulFinding reason)
    {
        if (Interlocked.CompareExchange(ref loss, reason, null) is null) lost.Cancel();
    }

    /// <summary>Says that it is lost because the session it was made with was removed.</summary>
    public void LoseWithSession() => LoseAs("the session it was made with was removed");

    /// <summary>Ends renewal; the lock session itself is the caller's to end. Nothing runs afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        if (over.IsCancellationRequested) return;
        over.Cancel();
        await work.ConfigureAwait(false);
        over.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (Loss is null)
            {
                // In slices: the pause's own timer stands still while the machine sleeps.
                while (Left > TimeSpan.FromTicks(ttl.Ticks / 2)) await Task.Delay(Shorter(Tick, ttl), over.Token).ConfigureAwait(false);
                var left = Left;
                if (left <= TimeSpan.Zero) return;
                var sent = clock.GetTimestamp();
                // Two attempts at least within what is left.
                var time = Shorter(session.RetryPolicy.AttemptTimeout, TimeSpan.FromTicks(left.Ticks / 2) + Tick);
                var failure = await LockSessionCalls.TryRenewAsync(session, Id, time, over.Token).ConfigureAwait(false);
                if (failure is null)
                {
                    if (Left > TimeSpan.Zero) Volatile.Write(ref renewed, sent);
                    lastFailure = null;
                    continue;
                }
                lastFailure = failure.Finding;
                if (failure.Code == "Session.Invalid")
                {
                    Lose(failure.Finding);
                    return;
                }
                await Task.Delay(Shorter(Shorter(session.RetryPolicy.MaxDelay, TimeSpan.FromSeconds(1)), TimeSpan.FromTicks(ttl.Ticks / 20)), over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It is given back.
        }
        catch (ObjectDisposedException)
        {
            LoseWithSession();
        }
    }

    private async Task GuardAsync()
    {
        try
        {
            while (Left > TimeSpan.Zero && !session.IsDisposed) await Task.Delay(Shorter(Left + TimeSpan.FromMilliseconds(1), Tick), over.Token).ConfigureAwait(false);
            // Nobody can renew it any more: not to say so until its TTL has passed helps nobody.
            if (session.IsDisposed) LoseWithSession();
            else LoseAs(lastFailure is { } failure ? $"the last attempt met {failure.Code}" : "this process did not run, or the machine slept");
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // It is given back.
        }
    }

    private void LoseAs(string detail) =>
        Lose(ConsulFinding.Create("Lock.NotRenewed", ("session", Id), ("seconds", Math.Round(ttl.TotalSeconds, 1)), ("detail", detail), ("address", session.Address)));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
