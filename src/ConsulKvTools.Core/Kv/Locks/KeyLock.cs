using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Kv.Locks;

/// <summary>A lock that is one key, as Consul's Go client lays it out: <c>consul lock</c> and this keep each other out.</summary>
internal sealed class KeyLock(ConsulKvSession session, KvLockRequest wanted, DateTimeOffset since) : ILockLayout
{
    /// <summary>The Go client's mark of a lock's key; it refuses keys without.</summary>
    public const ulong Mark = 0x2ddccbc058a50c18;

    private readonly KvReader reader = new(session);
    private readonly KvWriter writer = new(session);
    private readonly KvSnapshotReader snapshots = new(session, wanted.Key, isPrefix: false);

    public async Task<LockTry> TryTakeAsync(string lockSession, CancellationToken cancellation)
    {
        var before = await ReadAsync(cancellation).ConfigureAwait(false);
        if (Seen(before, lockSession) is { } known) return known;
        var result = await writer.WriteAsync(WriteOf(ConsulKvWriteKind.Acquire, lockSession), cancellation).ConfigureAwait(false);
        switch (result)
        {
            case { Outcome: ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged or ConsulKvOutcome.Unknown }:
                var now = await ReadAsync(cancellation).ConfigureAwait(false);
                return Seen(now, lockSession) ?? new LockTry(LockTryState.Again);
            case { Code: "Lock.Delay" }:
                return new LockTry(LockTryState.Delayed);
            case { Code: "Lock.DelayMasksBadSession" or "Session.Invalid" }:
                return new LockTry(LockTryState.SessionGone);
            case { Outcome: ConsulKvOutcome.Conflict }:
                return new LockTry(LockTryState.Again);
            default:
                throw ConsulException.From(result.Finding!);
        }
    }

    public async Task<(bool IsHolder, ulong Index)?> AskAsync(string lockSession, ulong after, CancellationToken cancellation)
    {
        var (snapshot, _) = await snapshots.TryReadAsync(after, TimeSpan.FromSeconds(30), ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        return snapshot is null ? null : (snapshot.Entries.Any(entry => entry.LockSession == lockSession), snapshot.Index);
    }

    public async Task<ConsulKvWriteResult> GiveBackAsync(string lockSession, bool removeKey, CancellationToken cancellation)
    {
        var held = (await reader.GetAsync(wanted.Key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false)).Entry;
        // What the holder has written into the key stays.
        var back = WriteOf(ConsulKvWriteKind.Release, lockSession);
        var result = await writer.WriteAsync(held?.LockSession == lockSession ? back with { Value = held.Bytes } : back, cancellation).ConfigureAwait(false);
        if (!removeKey || result.Outcome != ConsulKvOutcome.Written) return result;
        var left = (await reader.GetAsync(wanted.Key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false)).Entry;
        // Who was waiting for it has it now, and keeps it.
        return left is null or { LockSession: not null } ? result
            : await writer.WriteAsync(new ConsulKvWrite { Key = wanted.Key, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = left.ModifyIndex }, cancellation).ConfigureAwait(false);
    }

    /// <summary>What the key says by itself; null when it can be taken.</summary>
    private LockTry? Seen(KvReadResult read, string lockSession) => read.Entry switch
    {
        null => null,
        { LockSession: { } holder } entry when holder == lockSession => new LockTry(LockTryState.Taken, entry.ModifyIndex),
        // By its lock session and not by its flags: whoever holds it may have written into it, and a plain write sets them to 0.
        { LockSession: { } holder } => new LockTry(LockTryState.Held, read.Index ?? 0, holder),
        { Flags: not Mark } entry => throw ConsulException.From(ConsulFinding.Create("Lock.KeyInUse", ("key", Printable.Text(wanted.Key)), ("value", entry.Flags), ("size", Amount.Of(entry.Bytes.Length, "byte")), ("address", session.Address))),
        _ => null,
    };

    private async Task<KvReadResult> ReadAsync(CancellationToken cancellation)
    {
        var read = await reader.GetAsync(wanted.Key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        return read.State == KvReadState.Forbidden ? throw ConsulException.From(read.Finding!) : read;
    }

    private ConsulKvWrite WriteOf(ConsulKvWriteKind kind, string lockSession) =>
        new() { Key = wanted.Key, Kind = kind, LockSession = lockSession, Flags = Mark, Value = LockOwner.Value(lockSession, since) };
}
