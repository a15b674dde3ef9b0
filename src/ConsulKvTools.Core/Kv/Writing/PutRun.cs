using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// A plain or fenced put. After a lost answer the key is read: our value there is success; anything else becomes the fence of the
/// next attempt, so that a retry never overwrites a value it has not seen. The value is the whole of what a put promises, so an
/// equal value proves it, whoever wrote it.
/// </summary>
internal sealed class PutRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private ulong? fence;

    protected override string Action => fence is { } index ? $"PUT cas={index}" : "PUT";

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
        fence = entry?.ModifyIndex ?? 0;
        return null;
    }

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) =>
        // Somebody wrote between our reading and our writing: look again, then write over what is there now.
        await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Again;

    private bool IsOurs(ConsulKvEntry entry) => entry.Flags == Write.Flags && entry.Bytes.AsSpan().SequenceEqual(Write.Value);
}
