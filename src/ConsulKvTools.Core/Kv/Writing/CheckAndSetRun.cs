using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// A check-and-set, or a create-only put (index 0). A lost answer is asked after by sending the same again: with a positive index, which
/// never comes back, at most one attempt can change anything. If that is refused, an equal value proves nothing: two clients that count
/// from 5 to 6 write the same bytes. Only a key whose present version is older than our first attempt proves that none of ours was applied.
/// </summary>
internal sealed class CheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private bool CreateOnly => Write.Kind == ConsulKvWriteKind.CreateOnly;

    private ulong Index => CreateOnly ? 0 : Write.Index;

    protected override string Action => $"PUT cas={Index}";

    // A key can be removed and so be missing again.
    protected override bool CanLandLate => CreateOnly;

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        var (entry, missing, failed) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
        if (Ambiguity is null) return WriteStep.Settled(ConsulKvOutcome.Conflict, Conflict(entry, missing), entry?.ModifyIndex);
        return failed ?? (IsOver(entry)
            ? WriteStep.Settled(ConsulKvOutcome.Conflict, Conflict(entry, missing), entry?.ModifyIndex)
            : WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding));
    }

    protected override async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        try
        {
            var (entry, missing, failed) = await ReadAsync(Write.Key, "read what is there", cancellation).ConfigureAwait(false);
            return failed is null && IsOver(entry) ? new Settlement(ConsulKvOutcome.Conflict, Conflict(entry, missing), entry?.ModifyIndex) : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    protected override string HowToTell(string shown) => CreateOnly
        ? "No key: not written so far, but an attempt whose answer was lost may still create it. Another value: another created it, or wrote after this. This value: it proves nothing if others write the same one."
        : $"ModifyIndex still {Index}: not written so far, but an attempt whose answer was lost may still be applied. A newer index with another value: another wrote, perhaps after this. This value: it proves nothing if others write the same one. -OperationPrefix makes the next one decidable.";

    /// <summary>None of our attempts was applied, and none can be any more. The key was just read by consensus.</summary>
    private bool IsOver(ConsulKvEntry? entry)
    {
        // Somebody may remove the key, and a late attempt would create it.
        if (CreateOnly) return false;
        // A missing key is answered with the index of the last change of any key.
        if (entry is null) return Session.HighestKeyIndex <= IndexBefore && Index <= IndexBefore;
        // Its version, or the key itself, is older than the call but newer than the index; or the key never got as far as the index.
        var untouched = entry.ModifyIndex != Index
            && (entry.ModifyIndex <= IndexBefore || entry.ModifyIndex < Index || (entry.CreateIndex > Index && entry.CreateIndex <= IndexBefore));
        // An index that raft has not reached yet could still become the key's.
        return untouched && Index <= Session.HighestKeyIndex;
    }

    private ConsulFinding Conflict(ConsulKvEntry? entry, bool missing) => ConsulFinding.Create(
        CreateOnly ? "Cas.ZeroButExists" : missing ? "Cas.NonZeroButMissing" : entry is not null ? "Cas.IndexStale" : "Outcome.HttpOkFalse",
        ("key", Printable.Text(Write.Key)), ("index", Index), ("currentIndex", entry?.ModifyIndex), ("session", entry?.LockSession));
}
