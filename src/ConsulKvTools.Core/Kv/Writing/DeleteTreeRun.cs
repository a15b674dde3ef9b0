using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Removes every key below a prefix. After a lost answer the keys are read: when nothing is left of what was there at the beginning, the
/// tree is gone, and what was made since stays. Else the removal is sent again, in one transaction with a check that a key which was left is
/// still there as it was read: had the lost attempt been applied meanwhile, nothing more is removed.
/// </summary>
internal sealed class DeleteTreeRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private readonly string nothing = write.Key + Guid.NewGuid().ToString("N");
    private ulong? before;
    private ConsulKvEntry? left;

    protected override string Action => left is null ? "DELETE recurse" : "TXN delete-tree";

    protected override bool CanLandLate => left is null;

    protected override ConsulRequest NextRequest() => left is null
        ? new() { Method = "DELETE", Path = KvKey.PrefixPath(Write.Key), Query = "recurse" }
        : KvTransaction.Request([Write], [new TransactionGuard(left.Key, left.ModifyIndex)]);

    // Behind the check of a key that was left.
    protected override (int Number, string Key)? AskedFor(int operation) => (1, Write.Key);

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        // Of a key that is not there Consul tells the index of the last change of any key.
        var (_, missing, failed) = await ReadAsync(nothing, "read index", cancellation).ConfigureAwait(false);
        if (failed is { TryAgain: true }) return failed;
        if (missing) before = Session.HighestKeyIndex;
        return null;
    }

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation) =>
        left is null ? base.OnAnswerAsync(response, cancellation) : Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written));

    protected override async Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation) =>
        left is not null && failure.Code == "Txn.OpFailed"
            ? await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Again
            : OnFailure(failure);

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var started = Session.Time.GetTimestamp();
        var state = KvReadState.Filtered;
        try
        {
            await foreach (var entry in new KvReader(Session).ListAsync(Write.Key, ConsulConsistency.Consistent, (told, _) => state = told, cancellation).ConfigureAwait(false))
            {
                if (entry.CreateIndex > before) continue;
                Note("read back", started, null);
                // A transaction knows no namespace: there the same is sent again.
                if (Session.Namespace is null && Session.Partition is null) left = entry;
                return null;
            }
        }
        catch (ConsulException unread)
        {
            var failure = new Failure(unread.Finding, WriteEffect.NotApplied, RetryAdvice.AfterBackoff, null, false, null);
            Note("read back", started, failure);
            return WriteStep.Failed(failure, tryAgain: true);
        }
        Note("read back", started, null);
        // What the token may not see may still be there, and what was made since would be removed unseen by another attempt.
        return WriteStep.Settled(state is KvReadState.Missing or KvReadState.Found ? ConsulKvOutcome.Written : ConsulKvOutcome.Unknown,
            state is KvReadState.Missing or KvReadState.Found ? null : Ambiguity?.Finding);
    }

    protected override string CommandToTell(string shown) => $"Get-ConsulKv -Prefix '{shown}' -Recurse -Consistency Consistent";

    protected override string HowToTell(string shown) =>
        $"Nothing{(before is { } index ? $", or only keys with a CreateIndex above {index}" : "")}: the tree is gone. Else it is still there; an attempt whose answer was lost may still remove it, and all that is made below it until then.";
}
