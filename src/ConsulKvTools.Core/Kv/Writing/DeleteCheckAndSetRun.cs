using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Removes a key if its index is still the given one. Consul answers <c>true</c> when the key is not there at all, so the same request
/// may be sent again until it is answered. Refused after a lost answer: a key created before our index was never removed, so ours was not applied.
/// </summary>
internal sealed class DeleteCheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => $"DELETE cas={Write.Index}";

    protected override ConsulRequest NextRequest() => KvWireRequest.Delete(Write, Write.Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        var (entry, _, _) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
        var conflict = ConsulFinding.Create(entry is null ? "Outcome.HttpOkFalse" : "Cas.IndexStale", ("key", Printable.Text(Write.Key)), ("index", Write.Index), ("currentIndex", entry?.ModifyIndex));
        var certain = Ambiguity is null || (entry is not null && entry.CreateIndex <= Write.Index && entry.ModifyIndex != Write.Index);
        return certain
            ? WriteStep.Settled(ConsulKvOutcome.Conflict, conflict, entry?.ModifyIndex)
            : WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity!.Finding);
    }
}
