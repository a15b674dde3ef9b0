using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Acquires or releases a key's lock. Acquiring again by the holder is <c>true</c>, so a lost answer is asked after by a read (held by
/// us with our value is success) and then by sending the same again. A refusal after a lost answer stays unknown: the
/// lost attempt may have held the lock for a while, or may still get it.
/// </summary>
internal sealed class LockRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private bool Acquire => Write.Kind == ConsulKvWriteKind.Acquire;

    private string LockSession => Write.LockSession ?? "";

    protected override string Action => Acquire ? "PUT acquire" : "PUT release";

    protected override ConsulRequest NextRequest() =>
        KvWireRequest.Put(Write, (Acquire ? "acquire=" : "release=") + Uri.EscapeDataString(LockSession));

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        var done = entry is not null && (entry.LockSession == LockSession) == Acquire
            && entry.Flags == Write.Flags && entry.Bytes.AsSpan().SequenceEqual(Write.Value);
        return done ? WriteStep.Settled(ConsulKvOutcome.Written, null, entry!.ModifyIndex) : null;
    }

    protected override string HowToTell(string shown) => Acquire
        ? $"LockSession {LockSession}: it is held. Nobody or another: it is not held now, but an attempt whose answer was lost may still take it: Consul refuses that once the lock session is destroyed (PUT /v1/session/destroy/{LockSession})."
        : $"LockSession {LockSession}: it is still held, and an attempt whose answer was lost may still give it back. Anybody else or nobody: it is not held by this lock session any more.";

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        if (Ambiguity is not null)
            return await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
        var (entry, missing, _) = await ReadAsync(Write.Key, "read who holds it", cancellation).ConfigureAwait(false);
        (string, object?)[] evidence =
        [
            ("key", Printable.Text(Write.Key)), ("session", LockSession), ("holder", entry?.LockSession), ("address", Session.Address),
        ];
        var code = !Acquire ? "Lock.ReleaseNotHolder"
            : entry?.LockSession is not null ? "Lock.Held"
            // Nobody was seen to hold it only if the question was answered.
            : entry is null && !missing ? "Outcome.HttpOkFalse"
            : await WhyFreeAsync(cancellation).ConfigureAwait(false);
        return WriteStep.Settled(ConsulKvOutcome.Conflict, ConsulFinding.Create(code, evidence), entry?.ModifyIndex);
    }

    protected override async Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation)
    {
        if (failure.Code == "Session.Invalid" && await LockSessions.CriticalCheckAsync(Session, cancellation).ConfigureAwait(false) is { } check)
            failure = failure with { Finding = ConsulFinding.Create("Session.NodeCheckFailed", ("session", LockSession), ("key", Printable.Text(Write.Key)), ("node", check.Node), ("value", check.Name), ("body", failure.Finding.Evidence["body"]), ("address", Session.Address)) };
        return OnFailure(failure);
    }

    /// <summary>Nobody holds it and still it was refused: lock delay, behind which Consul also hides a lock session that is gone.</summary>
    private async Task<string> WhyFreeAsync(CancellationToken cancellation)
    {
        var request = ConsulRequest.Get("/v1/session/info/" + Uri.EscapeDataString(LockSession), "consistent");
        var (response, failure) = await SendAsync(request, "ask for the lock session", cancellation).ConfigureAwait(false);
        return failure is null && response!.Text is "[]" or "null" && await LockSessions.MaySeeAsync(Session, cancellation).ConfigureAwait(false)
            ? "Lock.DelayMasksBadSession" : "Lock.Delay";
    }
}
