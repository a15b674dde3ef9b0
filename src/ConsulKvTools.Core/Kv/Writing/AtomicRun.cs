using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Several writes in one transaction: all or none. After a lost answer all keys are read in one view. Plain puts and removals that all
/// stand there are success. Else the transaction is sent again, its plain writes bound to what was read. Since it is all or none, one key
/// that is untouched proves that nothing was applied; and a check-and-set whose index is gone, that nothing can be any more.
/// </summary>
/// <param name="session">Where to write.</param>
/// <param name="writes">The writes.</param>
/// <param name="checks">
/// What has to be so besides, of keys that are not written; empty for nothing. One that is bound to a version above 0 never holds again once it does not.
/// </param>
internal sealed class AtomicRun(ConsulKvSession session, IReadOnlyList<ConsulKvWrite> writes, IReadOnlyList<TransactionGuard> checks) : WriteRun(session, writes[0])
{
    private readonly bool allPlain = writes.All(IsPlain);
    private readonly bool fenced = writes.Any(write => write.Fenced);
    private readonly List<IReadOnlyList<(string Key, ulong Index)>> doubted = [];

    /// <summary>The version each key had when it was last read, 0 for none; null while nothing was read.</summary>
    private ulong[]? fences;

    /// <summary>The same, read when certainly none of our attempts had been applied.</summary>
    private ulong[]? untouchedAt;

    /// <summary>ModifyIndex of each key after success; empty when not known.</summary>
    public IReadOnlyDictionary<string, ulong> Indexes { get; private set; } = new Dictionary<string, ulong>();

    protected override string Action => fences is null ? "TXN" : "TXN fenced";

    /// <summary>An attempt is dead once a check-and-set that it carried cannot hold any more.</summary>
    protected override bool LateAttempt => doubted.Any(checks => !checks.Any(check => Indexes.TryGetValue(check.Key, out var now) && now != check.Index));

    protected override ConsulRequest NextRequest() => KvTransaction.Request(Bound().ToArray(), checks.Concat(Guards()).ToArray());

    // Checks come first, and what is done already is left out.
    protected override (int Number, string Key)? AskedFor(int operation) =>
        checks.Concat(Guards()).Select(guard => guard.Key).Concat(Bound().Select(write => write.Key)).ElementAtOrDefault(operation) is { } key
            ? (Array.FindIndex([.. writes], write => write.Key == key) + 1, key) : null;

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        if (!fenced) return null;
        var (view, failed) = await ViewAsync("read first", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (allPlain && Holds(view!))
        {
            Indexes = IndexesOf(view!);
            return WriteStep.Settled(ConsulKvOutcome.Unchanged);
        }
        untouchedAt = fences = VersionsOf(view!);
        return null;
    }

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation)
    {
        Indexes = TransactionAnswer.IndexesByKey(response.Body);
        return Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written));
    }

    protected override async Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation)
    {
        if (failure.Code != "Txn.OpFailed" || (Ambiguity is null && fences is null)) return OnFailure(failure);
        var (view, failed) = await ViewAsync("read what is there", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (Judge(view!, failure.Finding) is { } known) return known;
        // None was applied before this one was refused, and what a check was bound to never comes back.
        if (Ambiguity is not null && KvTransaction.ReadErrors(response!.Body).Any(error => error.Operation < checks.Count && checks[error.Operation].Index > 0) && IsUntouched(view!))
            return WriteStep.Settled(ConsulKvOutcome.Conflict, failure.Finding);
        // One of the caller's own checks: that is final, unless a lost attempt is still in question.
        return Ambiguity is null && RefusedBy(view!) is not null ? OnFailure(failure) : WriteStep.Again;
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (view, failed) = await ViewAsync("read back", cancellation).ConfigureAwait(false);
        return failed ?? Judge(view!, null);
    }

    protected override void Doubt(Failure failure)
    {
        base.Doubt(failure);
        doubted.Add(Bound().Where(write => write.Kind == ConsulKvWriteKind.CheckAndSet).Select(write => (write.Key, write.Index)).ToArray());
    }

    protected override string CommandToTell(string shown) =>
        string.Join("; ", writes.Take(3).Select(write => $"Get-ConsulKvConsistent -Key '{Printable.Text(write.Key, 120).Replace("'", "''")}'"));

    protected override string HowToTell(string shown) =>
        $"All of the transaction ({Amount.Of(writes.Count, "key")}) was written, or nothing. A key with the ModifyIndex it had before: none so far"
        + (LateAttempt ? ", but an attempt whose answer was lost may still be applied." : ".")
        + " All with one and the same newer ModifyIndex and the values of this transaction: written. -OperationPrefix makes the next one decidable.";

    /// <summary>What the keys show while lost attempts are in question; null: go on, bound to what was read.</summary>
    private WriteStep? Judge(ConsulKvEntry?[] view, ConsulFinding? refusal)
    {
        if (allPlain && Holds(view))
        {
            Indexes = IndexesOf(view);
            return WriteStep.Settled(ConsulKvOutcome.Written);
        }
        if (Ambiguity is null)
        {
            untouchedAt = fences = VersionsOf(view);
            return null;
        }
        var refused = RefusedBy(view);
        if (IsUntouched(view))
        {
            if (IsBlocked(view)) return WriteStep.Settled(ConsulKvOutcome.Conflict, refusal ?? Stale(refused!, view));
            untouchedAt = VersionsOf(view);
        }
        else if (fenced)
        {
            return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
        }
        if (refused is not null) return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
        fences = VersionsOf(view);
        return null;
    }

    /// <summary>At least one key shows that none of our attempts was applied so far.</summary>
    private bool IsUntouched(ConsulKvEntry?[] view)
    {
        for (var position = 0; position < writes.Count; position++)
        {
            if (view[position] is not { } entry) continue;
            var write = writes[position];
            var removes = write.Kind is ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet;
            if (removes && (entry.CreateIndex <= IndexBefore || entry.CreateIndex <= untouchedAt?[position] || (write.Kind == ConsulKvWriteKind.DeleteCheckAndSet && entry.CreateIndex <= write.Index))) return true;
            if (write.Kind == ConsulKvWriteKind.CreateOnly && entry.CreateIndex <= IndexBefore) return true;
            if (write.Kind == ConsulKvWriteKind.CheckAndSet && (entry.ModifyIndex < write.Index || (entry.CreateIndex > write.Index && entry.CreateIndex <= IndexBefore))) return true;
            // Writing what is there already moves nothing, so nothing can be told from it.
            var leavesTrace = write.Kind is ConsulKvWriteKind.Put or ConsulKvWriteKind.CheckAndSet && !IsOurs(write, entry);
            if (leavesTrace && (entry.ModifyIndex <= IndexBefore || entry.ModifyIndex == untouchedAt?[position]
                || (write.Kind == ConsulKvWriteKind.CheckAndSet && entry.ModifyIndex == write.Index))) return true;
        }
        return false;
    }

    /// <summary>A check-and-set of the caller's can never hold again, and with it the whole transaction.</summary>
    private bool IsBlocked(ConsulKvEntry?[] view)
    {
        var newest = Math.Max(Session.HighestKeyIndex, view.Max(entry => entry?.ModifyIndex ?? 0));
        return writes.Where((write, position) => write.Kind == ConsulKvWriteKind.CheckAndSet && view[position]?.ModifyIndex != write.Index && write.Index <= newest).Any();
    }

    /// <summary>The first write whose own check does not hold now; null when all do.</summary>
    private ConsulKvWrite? RefusedBy(ConsulKvEntry?[] view) => writes.Where((write, position) => write.Kind switch
    {
        ConsulKvWriteKind.CheckAndSet => view[position]?.ModifyIndex != write.Index,
        ConsulKvWriteKind.CreateOnly => view[position] is not null,
        ConsulKvWriteKind.DeleteCheckAndSet => view[position] is { } entry && entry.ModifyIndex != write.Index,
        ConsulKvWriteKind.Acquire => view[position]?.LockSession is { } holder && holder != write.LockSession,
        ConsulKvWriteKind.Release => view[position]?.LockSession != write.LockSession,
        _ => false,
    }).FirstOrDefault();

    /// <summary>The writes, the plain ones bound to what was read of their keys.</summary>
    private IEnumerable<ConsulKvWrite> Bound()
    {
        for (var position = 0; position < writes.Count; position++)
        {
            var write = writes[position];
            if (fences is null || !IsPlain(write)) yield return write;
            else if (write.Kind == ConsulKvWriteKind.Put)
                yield return write with { Kind = fences[position] == 0 ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet, Index = fences[position] };
            else if (fences[position] != 0)
                yield return write with { Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = fences[position] };
        }
    }

    /// <summary>The removals that are done already must still be; and a lock is taken or given back as it was read.</summary>
    private IEnumerable<TransactionGuard> Guards()
    {
        if (fences is null) yield break;
        for (var position = 0; position < writes.Count; position++)
        {
            var kind = writes[position].Kind;
            if (kind == ConsulKvWriteKind.Delete ? fences[position] == 0 : kind is ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release or ConsulKvWriteKind.DeleteCheckAndSet)
                yield return new TransactionGuard(writes[position].Key, fences[position]);
        }
    }

    /// <summary>All keys at one moment, in the order of the writes; null for one that is not there.</summary>
    private async Task<(ConsulKvEntry?[]? View, WriteStep? Failed)> ViewAsync(string why, CancellationToken cancellation)
    {
        var keys = writes.Select(write => write.Key).ToArray();
        var there = writes.Select(write => write.Kind is not (ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet or ConsulKvWriteKind.DeleteTree)).ToArray();
        Failure? last = null;
        // What is there can change between two rounds, but hardly more often than this.
        for (var round = 0; round < 4; round++)
        {
            var (response, failure) = await SendAsync(KvTransaction.View(keys, there), why, cancellation).ConfigureAwait(false);
            if (failure is null)
            {
                try
                {
                    return (KvTransaction.ReadView(response!.Body, keys, there), null);
                }
                catch (ConsulTransportException malformed)
                {
                    return (null, WriteStep.Failed(new Failure(malformed.ToFinding(), WriteEffect.NotApplied, RetryAdvice.AfterBackoff, null, false, response!.Status), tryAgain: true));
                }
            }
            last = failure;
            var wrong = response is null || failure.Code is not ("Txn.OpFailed" or "Key.Missing") ? [] : KvTransaction.ReadErrors(response.Body);
            if (wrong.Count == 0) return (null, WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never));
            foreach (var (operation, _) in wrong) there[operation] = !there[operation];
        }
        return (null, WriteStep.Failed(last!, tryAgain: true));
    }

    private bool Holds(ConsulKvEntry?[] view) => writes.Select((write, position) => write.Kind == ConsulKvWriteKind.Delete
        ? view[position] is null : view[position] is { } entry && IsOurs(write, entry)).All(holds => holds);

    private ConsulFinding Stale(ConsulKvWrite write, ConsulKvEntry?[] view) => ConsulFinding.Create("Cas.IndexStale",
        ("key", Printable.Text(write.Key)), ("index", write.Index), ("currentIndex", view[Position(write)]?.ModifyIndex ?? 0));

    private int Position(ConsulKvWrite write) => writes.Select((one, position) => (one, position)).First(pair => ReferenceEquals(pair.one, write)).position;

    private static ulong[] VersionsOf(ConsulKvEntry?[] view) => view.Select(entry => entry?.ModifyIndex ?? 0).ToArray();

    private static Dictionary<string, ulong> IndexesOf(ConsulKvEntry?[] view) =>
        view.Where(entry => entry is not null).ToDictionary(entry => entry!.Key, entry => entry!.ModifyIndex, StringComparer.Ordinal);

    private static bool IsPlain(ConsulKvWrite write) => write.Kind is ConsulKvWriteKind.Put or ConsulKvWriteKind.Delete;

    private static bool IsOurs(ConsulKvWrite write, ConsulKvEntry entry) => entry.Flags == write.Flags && entry.Bytes.AsSpan().SequenceEqual(write.Value);
}
