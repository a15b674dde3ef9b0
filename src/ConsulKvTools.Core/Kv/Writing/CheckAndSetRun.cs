using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// A check-and-set, or a create-only put (index 0). At most one attempt with an index can win, so a lost answer is asked after by
/// sending the same again. If that is refused, an equal value proves nothing: two clients that count from 5 to 6 write the same bytes.
/// </summary>
internal sealed class CheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private bool CreateOnly => Write.Kind == ConsulKvWriteKind.CreateOnly;

    private ulong Index => CreateOnly ? 0 : Write.Index;

    protected override string Action => $"PUT cas={Index}";

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        var (entry, missing, _) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
        var conflict = ConsulFinding.Create(
            CreateOnly ? "Cas.ZeroButExists" : missing ? "Cas.NonZeroButMissing" : entry is not null ? "Cas.IndexStale" : "Outcome.HttpOkFalse",
            ("key", Printable.Text(Write.Key)), ("index", Index), ("currentIndex", entry?.ModifyIndex), ("session", entry?.LockSession));
        if (Ambiguity is null) return WriteStep.Settled(ConsulKvOutcome.Conflict, conflict, entry?.ModifyIndex);
        // The change that refused us was there before our first attempt: none of ours can have been first, and with a
        // positive index, which never comes back, none can win later.
        if (!CreateOnly && entry is not null && entry.ModifyIndex <= IndexBefore && entry.ModifyIndex != Index)
            return WriteStep.Settled(ConsulKvOutcome.Conflict, conflict, entry.ModifyIndex);
        return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
    }
}
