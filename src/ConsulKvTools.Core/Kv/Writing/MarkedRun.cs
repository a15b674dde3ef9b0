using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

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

    /// <summary>Runs to the end and removes the marker.</summary>
    public async Task<ConsulKvWriteResult> RunAndCleanAsync(CancellationToken cancellation)
    {
        var result = await RunAsync(cancellation).ConfigureAwait(false);
        if (markerIndex is null || result.Outcome == ConsulKvOutcome.Unknown) return result;
        // The outcome is settled: the marker has done its work. Left behind it would only be litter, so one try must do.
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var request = new ConsulRequest { Method = "DELETE", Path = KvKey.Path(marker) };
            await Session.Http.SendAsync(request, TimeSpan.FromSeconds(2), brief.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ConsulTransportException or OperationCanceledException)
        {
            return result with { Message = (result.Message + $" The marker key {marker} could not be removed; remove it by hand.").Trim() };
        }
        return result;
    }

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        var create = new ConsulKvWrite { Key = marker, Value = PendingMark, Kind = ConsulKvWriteKind.CreateOnly };
        var (response, failure) = await SendAsync(KvTransaction.Request([create]), "create marker", cancellation).ConfigureAwait(false);
        if (failure is null)
        {
            markerIndex = KvTransaction.ReadIndexes(response!.Body)[marker];
            return null;
        }
        if (failure.Effect == WriteEffect.Ambiguous || failure.Code == "Txn.OpFailed")
        {
            // Only this run knows the marker's name: whatever is there is ours.
            var (entry, _, failed) = await ReadAsync(marker, "read marker", cancellation).ConfigureAwait(false);
            if (failed is not null) return failed;
            markerIndex = entry?.ModifyIndex;
            return entry is null ? WriteStep.Again : null;
        }
        return WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never);
    }

    protected override ConsulRequest NextRequest()
    {
        var mark = new ConsulKvWrite { Key = marker, Value = DoneMark, Kind = ConsulKvWriteKind.CheckAndSet, Index = markerIndex!.Value };
        return KvTransaction.Request([mark, .. writes]);
    }

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation)
    {
        Indexes = KvTransaction.ReadIndexes(response.Body);
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
        if (markerIndex is null) return WriteStep.Again;
        var (entry, missing, failed) = await ReadAsync(marker, "read marker", cancellation).ConfigureAwait(false);
        if (failed is not null) return failed;
        if (missing) return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity?.Finding ?? ConsulFinding.Create("Outcome.Unknown", ("key", marker)));
        return entry!.Bytes.AsSpan().SequenceEqual(DoneMark) ? WriteStep.Settled(ConsulKvOutcome.Written, null, IndexFromMarker(entry)) : null;
    }

    protected override async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        if (markerIndex is not { } index) return null;
        try
        {
            var abandon = new ConsulKvWrite { Key = marker, Index = index };
            var (response, failure) = await SendAsync(KvWireRequest.Delete(abandon, index), "abandon marker", cancellation).ConfigureAwait(false);
            if (failure is null && response!.Text == "true")
            {
                ClearAmbiguity();
                return Unsettled(last);
            }
            return (await AskAsync(cancellation).ConfigureAwait(false))?.Settlement;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Marker and writes share one raft entry, and with it one ModifyIndex.</summary>
    private ulong? IndexFromMarker(ConsulKvEntry entry)
    {
        Indexes = writes.ToDictionary(write => write.Key, _ => entry.ModifyIndex, StringComparer.Ordinal);
        return IndexOf(Write);
    }

    private ulong? IndexOf(ConsulKvWrite write) =>
        write.Kind is not (ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet) && Indexes.TryGetValue(write.Key, out var index) ? index : null;
}
