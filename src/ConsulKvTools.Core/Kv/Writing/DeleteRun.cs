using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Removes a key. After a lost answer the key is read: gone, or gone and made anew since this run first read it, is success; still there, the
/// next attempt removes only what was read.
/// </summary>
internal sealed class DeleteRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private ulong? fence;

    protected override string Action => fence is { } index ? $"DELETE cas={index}" : "DELETE";

    protected override bool CanLandLate => fence is null;

    protected override ConsulRequest NextRequest() => KvWireRequest.Delete(Write, fence);

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        if (!Write.Fenced) return null;
        var (entry, missing, failed) = await ReadAsync(Write.Key, "read first", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (missing)
        {
            Remark("Cas.DeleteMissingTrue");
            return WriteStep.Settled(ConsulKvOutcome.Unchanged);
        }
        if (entry!.LockSession is { } holder) Remark("Request.DeleteAcquireIgnored", ("holder", holder));
        fence = entry.ModifyIndex;
        return null;
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, missing, failed) = await ReadAsync(Write.Key, "read back", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (missing || entry!.CreateIndex > fence) return WriteStep.Settled(ConsulKvOutcome.Written);
        fence = entry.ModifyIndex;
        return null;
    }

    protected override string HowToTell(string shown) =>
        "No key: it is gone. Still there: not removed, or removed and made anew" + (CanLandLate ? "; an attempt whose answer was lost may still remove it." : ".");

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) =>
        await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Again;
}
