using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Kv.Locks;

/// <summary>
/// A lock for several holders, laid out as Consul's Go client does: each contender locks a key of its own below the prefix, and <c>.lock</c> names the
/// holders, changed by check-and-set only. Who has no locked key any more is none.
/// </summary>
internal sealed class SemaphoreLock(ConsulKvSession session, KvLockRequest wanted, DateTimeOffset since) : ILockLayout
{
    /// <summary>The Go client's mark of a semaphore's keys; it refuses keys without.</summary>
    public const ulong Mark = 0xe0f69a2baa414de0;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly KvWriter writer = new(session);
    private readonly KvSnapshotReader snapshots = new(session, wanted.Key + "/", isPrefix: true);

    private string StateKey => $"{wanted.Key}/{KvLockRequest.LockName}";

    public async Task<LockTry> TryTakeAsync(string lockSession, CancellationToken cancellation)
    {
        var (entries, index) = await ListAsync(cancellation).ConfigureAwait(false);
        if (!entries.Any(entry => entry.Key == ContenderKey(lockSession) && entry.LockSession == lockSession))
        {
            var entered = await writer.WriteAsync(Contender(ConsulKvWriteKind.Acquire, lockSession), cancellation).ConfigureAwait(false);
            return entered switch
            {
                { Outcome: ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged or ConsulKvOutcome.Unknown } => new LockTry(LockTryState.Again),
                { Code: "Session.Invalid" } or { Outcome: ConsulKvOutcome.Conflict } => new LockTry(LockTryState.SessionGone),
                _ => throw ConsulException.From(entered.Finding!),
            };
        }
        var stored = entries.FirstOrDefault(entry => entry.Key == StateKey);
        var alive = AliveHolders(entries, stored);
        if (alive.Contains(lockSession)) return new LockTry(LockTryState.Taken, stored!.ModifyIndex);
        if (alive.Count >= wanted.Limit) return new LockTry(LockTryState.Held, index, alive);
        var result = await WriteStateAsync(stored, [.. alive, lockSession], cancellation).ConfigureAwait(false);
        return result.Outcome is ConsulKvOutcome.Denied or ConsulKvOutcome.Failed ? throw ConsulException.From(result.Finding!) : new LockTry(LockTryState.Again);
    }

    public async Task<(bool IsHolder, ulong Index)?> AskAsync(string lockSession, ulong after, CancellationToken cancellation)
    {
        if (after > 0 && !await WaitAsync(lockSession, after, cancellation).ConfigureAwait(false)) return null;
        var (snapshot, _) = await snapshots.TryReadAsync(0, TimeSpan.Zero, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        if (snapshot is null) return null;
        var state = snapshot.Entries.FirstOrDefault(entry => entry.Key == StateKey) is { } stored ? SemaphoreState.Read(stored.Bytes) : null;
        var isIn = snapshot.Entries.Any(entry => entry.Key == ContenderKey(lockSession) && entry.LockSession == lockSession);
        return (isIn && state?.Holders.Contains(lockSession) == true, snapshot.Index);
    }

    public async Task<ConsulKvWriteResult> GiveBackAsync(string lockSession, bool removeKey, CancellationToken cancellation)
    {
        ConsulKvWriteResult? result = null;
        while (true)
        {
            var (entries, _) = await ListAsync(cancellation).ConfigureAwait(false);
            var stored = entries.FirstOrDefault(entry => entry.Key == StateKey);
            if (stored is null || SemaphoreState.Read(stored.Bytes)?.Holders.Contains(lockSession) != true) break;
            var others = AliveHolders(entries, stored).Where(holder => holder != lockSession).ToArray();
            // The last one turns off the light, if that is wanted.
            result = removeKey && others.Length == 0
                ? await writer.WriteAsync(new ConsulKvWrite { Key = StateKey, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = stored.ModifyIndex }, cancellation).ConfigureAwait(false)
                : await WriteStateAsync(stored, others, cancellation).ConfigureAwait(false);
            if (result.Outcome is ConsulKvOutcome.Denied or ConsulKvOutcome.Failed) return result;
            // Somebody was faster, and it may have been to take us out.
            if (result.Outcome == ConsulKvOutcome.Conflict) result = null;
        }
        var left = await writer.WriteAsync(new ConsulKvWrite { Key = ContenderKey(lockSession), Kind = ConsulKvWriteKind.Delete }, cancellation).ConfigureAwait(false);
        var lost = result is null ? ConsulFinding.Create("Lock.ReleaseNotHolder", ("key", Printable.Text(wanted.Key)), ("session", lockSession), ("address", session.Address)) : null;
        return (result ?? left) with { Key = wanted.Key, Outcome = lost is null ? ConsulKvOutcome.Written : ConsulKvOutcome.Conflict, Finding = lost, Message = lost?.Title, Remedy = lost?.Remedy };
    }

    /// <summary>Waits for a change; false when there was no answer.</summary>
    private async Task<bool> WaitAsync(string lockSession, ulong after, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Of keys that are removed with a prefix above, a query of the semaphore's prefix does not hear once any key below was deleted by itself; one of a key always does.
        var own = new KvSnapshotReader(session, ContenderKey(lockSession), isPrefix: false);
        var waits = new[] { snapshots, own }.Select(reader => reader.TryReadAsync(after, LongestWait, ConsulConsistency.Consistent, over.Token)).ToArray();
        var first = await Task.WhenAny(waits).ConfigureAwait(false);
        over.Cancel();
        // The other ends before its token does.
        await Task.WhenAll(waits).ContinueWith(ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        return (await first.ConfigureAwait(false)).Snapshot is not null;
    }

    /// <summary>The holders whose lock session still holds its key.</summary>
    private List<string> AliveHolders(IReadOnlyList<ConsulKvEntry> entries, ConsulKvEntry? stored)
    {
        if (stored is null) return [];
        if (stored.Flags != Mark || SemaphoreState.Read(stored.Bytes) is not { } state)
            throw ConsulException.From(ConsulFinding.Create("Lock.KeyInUse", ("key", Printable.Text(StateKey)), ("value", stored.Flags), ("size", Amount.Of(stored.Bytes.Length, "byte")), ("address", session.Address)));
        if (state.Limit != wanted.Limit)
            throw ConsulException.From(ConsulFinding.Create("Lock.LimitDiffers", ("key", Printable.Text(wanted.Key)), ("limit", state.Limit), ("number", wanted.Limit), ("address", session.Address)));
        var alive = new HashSet<string>(entries.Where(entry => entry.LockSession is not null).Select(entry => entry.LockSession!), StringComparer.Ordinal);
        return state.Holders.Where(alive.Contains).ToList();
    }

    private Task<ConsulKvWriteResult> WriteStateAsync(ConsulKvEntry? stored, IReadOnlyList<string> holders, CancellationToken cancellation) => writer.WriteAsync(new ConsulKvWrite
    {
        Key = StateKey, Kind = stored is null ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet, Index = stored?.ModifyIndex ?? 0, Flags = Mark,
        Value = new SemaphoreState(wanted.Limit, holders).Write(),
    }, cancellation);

    /// <summary>All keys of the semaphore, by consensus, with the index to wait behind.</summary>
    private async Task<(IReadOnlyList<ConsulKvEntry> Entries, ulong Index)> ListAsync(CancellationToken cancellation)
    {
        var began = session.Time.GetTimestamp();
        while (true)
        {
            var (snapshot, failure) = await snapshots.TryReadAsync(0, TimeSpan.Zero, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (snapshot is { IsFiltered: false }) return (snapshot.Entries, snapshot.Index);
            if (snapshot is not null)
                throw ConsulException.From(KvVisibility.Filtered(session, wanted.Key + "/", ("key", Printable.Text(wanted.Key))));
            if (failure!.Retry == RetryAdvice.Never || session.Time.GetElapsedTime(began) > session.RetryPolicy.TotalTimeout) throw ConsulException.From(failure.Finding);
            await Pause.ForAsync(failure.RetryAfter ?? session.RetryPolicy.MaxDelay, session.Time, cancellation).ConfigureAwait(false);
        }
    }

    private ConsulKvWrite Contender(ConsulKvWriteKind kind, string lockSession) =>
        new() { Key = ContenderKey(lockSession), Kind = kind, LockSession = lockSession, Flags = Mark, Value = LockOwner.Value(lockSession, since) };

    private string ContenderKey(string lockSession) => $"{wanted.Key}/{lockSession}";
}
