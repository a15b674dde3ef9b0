using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Removes a key if its index is still the given one. Consul answers <c>true</c> when the key is not there at all, so the same request
/// may be sent again until it is answered. Refused after a lost answer: a key that was created before our index or before our first
/// attempt was never removed since, so ours was not applied.
/// </summary>
internal sealed class DeleteCheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => $"DELETE cas={Write.Index}";

    protected override bool CanLandLate => false;

    protected override ConsulRequest NextRequest() => KvWireRequest.Delete(Write, Write.Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        var (entry, missing, failed) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
        if (Ambiguity is null) return WriteStep.Settled(ConsulKvOutcome.Conflict, Conflict(entry), entry?.ModifyIndex);
        if (failed is not null) return failed;
        return Judge(entry, missing) is { } known ? WriteStep.Settled(known.Outcome, known.Finding, known.Index) : WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
    }

    protected override async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        try
        {
            var (entry, missing, failed) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
            return failed is null ? Judge(entry, missing) : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    protected override string HowToTell(string shown) =>
        $"No key: it is gone. ModifyIndex still {Write.Index}: not removed so far, but an attempt whose answer was lost may still be applied. A CreateIndex up to {Write.Index}: it was changed and never removed. A greater CreateIndex: it was removed, by this or by another, and made anew.";

    /// <summary>What the key shows after an answer was lost; null when it shows nothing.</summary>
    private Settlement? Judge(ConsulKvEntry? entry, bool missing)
    {
        if (missing) return new Settlement(ConsulKvOutcome.Written, null, null);
        var neverRemoved = entry!.CreateIndex <= Write.Index || entry.CreateIndex <= IndexBefore;
        return neverRemoved && entry.ModifyIndex != Write.Index && Write.Index <= Session.HighestKeyIndex
            ? new Settlement(ConsulKvOutcome.Conflict, Conflict(entry), entry.ModifyIndex) : null;
    }

    private ConsulFinding Conflict(ConsulKvEntry? entry) =>
        ConsulFinding.Create(entry is null ? "Outcome.HttpOkFalse" : "Cas.IndexStale", ("key", Printable.Text(Write.Key)), ("index", Write.Index), ("currentIndex", entry?.ModifyIndex));
}
