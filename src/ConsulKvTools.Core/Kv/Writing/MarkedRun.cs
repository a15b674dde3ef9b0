using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// One or more writes in one transaction together with a marker key of their own, so that every outcome can be found out.
/// The marker is created first; the transaction changes it by check-and-set along with the writes. Then the marker says <c>done</c>
/// exactly if the writes were committed; and once it is removed by check-and-set, no late attempt can be committed any more,
/// because its index never comes back.
/// </summary>
internal sealed class MarkedRun : WriteRun
{
    private static readonly byte[] PendingMark = "pending"u8.ToArray();
    private static readonly byte[] DoneMark = "done"u8.ToArray();

    private readonly IReadOnlyList<ConsulKvWrite> writes;
    private readonly string marker;
    private ulong? markerIndex;
    private Failure? failedWith;
    private bool mayExist;
    private bool mayAppear;
    private bool abandoning;

    public MarkedRun(ConsulKvSession session, IReadOnlyList<ConsulKvWrite> writes, string operationPrefix)
        : base(session, writes[0])
    {
        this.writes = writes;
        marker = operationPrefix + Guid.NewGuid().ToString("D");
    }

    /// <summary>The operation on a marker that goes along with the writes; name and index are made later, but their length is known, the index's at least.</summary>
    public static ConsulKvWrite MarkOf(string operationPrefix) =>
        new() { Key = operationPrefix + Guid.Empty.ToString("D"), Value = DoneMark, Kind = ConsulKvWriteKind.CheckAndSet, Index = 1 };

    /// <summary>ModifyIndex of each key after success; empty when not known.</summary>
    public IReadOnlyDictionary<string, ulong> Indexes { get; private set; } = new Dictionary<string, ulong>();

    protected override string Action => "TXN with marker";

    // Without the marker, or with a newer one, no attempt can be committed.
    protected override bool CanLandLate => false;

    /// <summary>Runs to the end and removes the marker.</summary>
    public async Task<ConsulKvWriteResult> RunAndCleanAsync(Telemetry.WriteTicket carried, CancellationToken cancellation)
    {
        var result = await RunAsync(carried, cancellation).ConfigureAwait(false);
        if (!mayExist && !mayAppear) return result;
        // Only the marker can still tell what became of the write.
        if (result.Outcome == ConsulKvOutcome.Unknown) return result;
        if (mayExist && !await CleanAsync().ConfigureAwait(false))
            return result with { Message = ((result.Message is null ? "" : result.Message + ". ") + $"The marker key {marker} could not be removed; remove it with Remove-ConsulKv -Key '{marker.Replace("'", "''")}'.").Trim() };
        return mayAppear
            ? result with { Message = ((result.Message is null ? "" : result.Message + ". ") + $"The marker key {marker} may still appear, since an answer to its creation was lost; it means nothing then and can be removed.").Trim() }
            : result;
    }

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        var create = new ConsulKvWrite { Key = marker, Value = PendingMark, Kind = ConsulKvWriteKind.CreateOnly };
        // Until it is answered: who is stopped under way does not know either.
        var (existed, appeared) = (mayExist, mayAppear);
        mayExist = mayAppear = true;
        var (response, failure) = await SendAsync(KvTransaction.Request([create]), "create marker", cancellation).ConfigureAwait(false);
        if (failure is null && IndexIn(response!) is { } index)
        {
            mayAppear = appeared;
            markerIndex = index;
            return null;
        }
        if (failure is null || failure.Effect == WriteEffect.Ambiguous || failure.Code == "Txn.OpFailed")
        {
            // Only this run knows the marker's name: whatever is there is ours, and an attempt that landed cannot land again.
            var (entry, _, failed) = await ReadAsync(marker, "read marker", cancellation).ConfigureAwait(false);
            if (failed is not null) return failed;
            if (entry is null) return WriteStep.Again;
            mayAppear = appeared;
            markerIndex = entry.ModifyIndex;
            return null;
        }
        (mayExist, mayAppear) = (existed, appeared);
        return WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never);
    }

    protected override ConsulRequest NextRequest()
    {
        var mark = new ConsulKvWrite { Key = marker, Value = DoneMark, Kind = ConsulKvWriteKind.CheckAndSet, Index = markerIndex!.Value };
        return KvTransaction.Request([mark, .. writes]);
    }

    // The marker comes first.
    protected override (int Number, string Key)? AskedFor(int operation) =>
        operation == 0 ? (0, marker) : operation <= writes.Count ? (operation, writes[operation - 1].Key) : null;

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation)
    {
        Indexes = TransactionAnswer.IndexesByKey(response.Body);
        return Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written, null, IndexOf(Write)));
    }

    protected override async Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation)
    {
        // Refused because of the marker: an earlier attempt of ours was committed, or somebody touched the marker.
        if (response is not null && KvTransaction.ReadError(response.Body) is { Operation: 0 })
            return await AskAsync(cancellation).ConfigureAwait(false) ?? OnFailure(failure);
        return OnFailure(failure);
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, missing, failed) = await ReadAsync(marker, "read marker", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (missing) return abandoning ? Abandoned() : WriteStep.Settled(ConsulKvOutcome.Unknown, ConsulFinding.Create("Outcome.Unknown", ("key", marker)));
        if (!entry!.Bytes.AsSpan().SequenceEqual(DoneMark)) return null;
        await LearnIndexesAsync(entry.ModifyIndex, cancellation).ConfigureAwait(false);
        return WriteStep.Settled(ConsulKvOutcome.Written, null, IndexOf(Write));
    }

    /// <summary>Gives the write up, until the cluster has said that it cannot be committed any more, or that it was.</summary>
    protected override async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        if (markerIndex is not { } index) return null;
        failedWith = last;
        var tried = false;
        try
        {
            var run = await TryAsync(async token =>
            {
                if (tried && await AskAsync(token).ConfigureAwait(false) is { } asked) return asked;
                var abandon = new ConsulKvWrite { Key = marker, Kind = ConsulKvWriteKind.Delete };
                // DELETE with a check says true of a key that is not there, even if another removed it: so the first try is a transaction,
                // and the others, for when those do not get through, come right after a look.
                var (response, failure) = await SendAsync(
                    tried ? KvWireRequest.Delete(abandon, index) : KvTransaction.Request([abandon], [new TransactionGuard(marker, index)]), "abandon marker", token).ConfigureAwait(false);
                if (failure is null && (!tried || response!.Text == "true")) return Abandoned();
                tried = true;
                if (failure is null) return await AskAsync(token).ConfigureAwait(false) ?? WriteStep.Again;
                abandoning |= failure.Effect == WriteEffect.Ambiguous;
                if (failure.Code is "Txn.OpFailed" or "Key.Missing") return await AskAsync(token).ConfigureAwait(false) ?? WriteStep.Again;
                return WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never);
            }, cancellation).ConfigureAwait(false);
            return run.Last.Settlement;
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or CircuitOpenException)
        {
            return null;
        }
    }

    protected override string CommandToTell(string shown) => $"Get-ConsulKvConsistent -Key '{Printable.Text(marker, 160).Replace("'", "''")}'";

    protected override string HowToTell(string shown) =>
        $"That is the marker: with the value 'done' everything was written, with 'pending' nothing so far; then Remove-ConsulKv -Key '{Printable.Text(marker, 160).Replace("'", "''")}' -CheckAndSet {markerIndex} makes sure that nothing will be. Remove the marker when you have read it.";

    private WriteStep Abandoned()
    {
        mayExist = false;
        ClearAmbiguity();
        var settled = Unsettled(failedWith);
        return WriteStep.Settled(settled.Outcome, settled.Finding, settled.Index);
    }

    /// <summary>
    /// Marker and writes share one raft entry. A key that has that index now, or an older one because it held this value already, is as our
    /// write left it.
    /// </summary>
    private async Task LearnIndexesAsync(ulong committed, CancellationToken cancellation)
    {
        var indexes = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var write in writes.Where(write => !KvWriter.IsRemoval(write)))
        {
            try
            {
                var (entry, _, _) = await ReadAsync(write.Key, "read index", cancellation).ConfigureAwait(false);
                if (entry?.ModifyIndex <= committed) indexes[write.Key] = entry!.ModifyIndex;
            }
            catch (OperationCanceledException)
            {
                // The outcome is known; only this index is not.
            }
        }
        Indexes = indexes;
    }

    /// <summary>The marker has done its work. A few tries must do: left behind it would only be litter.</summary>
    private async Task<bool> CleanAsync()
    {
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var request = new ConsulRequest { Method = "DELETE", Path = KvKey.Path(marker), Id = Id };
                var response = await Session.Http.SendAsync(request, TimeSpan.FromSeconds(1), brief.Token).ConfigureAwait(false);
                if (response is { Status: 200, Text: "true" }) return true;
            }
            catch (Exception error) when (error is ConsulTransportException or OperationCanceledException)
            {
                // Once more.
            }
        }
        return false;
    }

    private ulong? IndexIn(ConsulResponse response)
    {
        try
        {
            return TransactionAnswer.IndexesByKey(response.Body).TryGetValue(marker, out var index) ? index : null;
        }
        catch (ConsulTransportException)
        {
            return null;
        }
    }

    private ulong? IndexOf(ConsulKvWrite write) =>
        write.Kind is not (ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet) && Indexes.TryGetValue(write.Key, out var index) ? index : null;
}
