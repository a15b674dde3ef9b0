using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// A plain or fenced put. After a lost answer the key is read: our value there is success; anything else becomes the fence of the
/// next attempt, so that a retry never overwrites a value it has not seen. The value is the whole of what a put promises, so an
/// equal value proves it, whoever wrote it. A fenced put is applied once at most: when another version is there after a lost answer, ours
/// may have come before it, and is not written over it again.
/// </summary>
internal sealed class PutRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private ulong? fence;

    protected override string Action => fence is { } index ? $"PUT cas={index}" : "PUT";

    // Without a check it lands on anything; bound to a missing key, on a key that was removed.
    protected override bool CanLandLate => fence is null or 0;

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, fence);

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        if (!Write.Fenced) return null;
        var (entry, _, failed) = await ReadAsync(Write.Key, "read first", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (entry is not null && IsOurs(entry))
        {
            Remark("Outcome.WatcherNotFired", ("index", entry.ModifyIndex));
            return WriteStep.Settled(ConsulKvOutcome.Unchanged, null, entry.ModifyIndex);
        }
        if (entry?.LockSession is { } holder) Remark("Lock.PlainPutIgnoresLock", ("holder", holder));
        if (entry is { Flags: not 0 } && Write.Flags == 0) Remark("Outcome.FlagsReset", ("value", entry.Flags));
        fence = entry?.ModifyIndex ?? 0;
        return null;
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (entry is not null && IsOurs(entry)) return WriteStep.Settled(ConsulKvOutcome.Written, null, entry.ModifyIndex);
        var version = entry?.ModifyIndex ?? 0;
        if (Write.Fenced && Ambiguity is not null && version != fence)
            return WriteStep.Settled(ConsulKvOutcome.Unknown, ConsulFinding.Create("Outcome.Unknown", ("key", Printable.Text(Write.Key))));
        fence = version;
        return null;
    }

    protected override string HowToTell(string shown) =>
        $"This value there ({Amount.Of(Write.Value.Length, "byte")}, flags {Write.Flags}): it is written. Another value: this one was not written, or was written and replaced"
        + (CanLandLate ? "; an attempt whose answer was lost may still land." : ".");

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) =>
        // Somebody wrote between our reading and our writing: look again, then write over what is there now.
        await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Again;

    private bool IsOurs(ConsulKvEntry entry) => entry.Flags == Write.Flags && entry.Bytes.AsSpan().SequenceEqual(Write.Value);
}
