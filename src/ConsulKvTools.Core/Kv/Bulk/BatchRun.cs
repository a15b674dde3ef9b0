using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Kv.Bulk;

/// <summary>
/// Takes a batch to its results. What can share a transaction does. Operations that Consul blames for a refusal go on alone, and so does
/// each write of a transaction whose answer was lost; a refusal without blame is halved until the bad ones stand alone.
/// </summary>
internal sealed class BatchRun : IDisposable
{
    // What is under way when the caller stops may be answered yet: then it is known what was written.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ConsulKvSession session;
    private readonly SemaphoreSlim places;
    private readonly CancellationToken stop;
    private readonly CancellationTokenSource abort = new();
    private readonly CancellationTokenRegistration stopping;
    private readonly bool scoped;
    private volatile bool noTransactions;
    private volatile int largest = TransactionLimits.Bytes;

    public BatchRun(ConsulKvSession session, int atOnce, CancellationToken stop)
    {
        this.session = session;
        this.stop = stop;
        places = new SemaphoreSlim(atOnce);
        Writer = new KvWriter(session);
        // Consul's transactions know no namespace and no partition.
        scoped = session.Namespace is not null || session.Partition is not null;
        stopping = stop.Register(() => abort.CancelAfter(Grace));
    }

    /// <summary>Writes what goes alone.</summary>
    public KvWriter Writer { get; }

    /// <summary>The write's bytes within a transaction; 0 when it cannot be part of one.</summary>
    public long SizeOf(ConsulKvWrite write)
    {
        if (scoped || noTransactions || write.Fenced || write.OperationPrefix is not null || write.Kind == ConsulKvWriteKind.DeleteTree) return 0;
        // A key that agents would filter out of a path: /v1/kv says so, a transaction would store it.
        if (KvKey.CheckInTransaction(write.Key) is not null) return 0;
        var size = TransactionSize.Of(write);
        return size + TransactionSize.Empty <= largest ? size : 0;
    }

    /// <summary>Bytes that this agent takes in one transaction, as far as is known.</summary>
    public int Largest => largest;

    /// <summary>Gives every write of <paramref name="batch"/> its result; nothing is sent before <paramref name="before"/> has ended. Never throws.</summary>
    public async Task RunAsync(WriteBatch batch, Task before)
    {
        if (!before.IsCompleted) await before.ConfigureAwait(false);
        if (batch.IsAtomic)
        {
            await AtomicAsync(batch).ConfigureAwait(false);
            return;
        }
        var shared = new List<int>(batch.Count);
        var alone = new List<Task>();
        for (var position = 0; position < batch.Count; position++)
        {
            if (batch.IsSettled(position)) continue;
            if (batch.IsShared(position)) shared.Add(position);
            else alone.Add(AloneAsync(batch, position, null));
        }
        await TogetherAsync(batch, shared).ConfigureAwait(false);
        if (alone.Count > 0) await Task.WhenAll(alone).ConfigureAwait(false);
    }

    public void Dispose()
    {
        stopping.Dispose();
        abort.Dispose();
        places.Dispose();
    }

    private async Task TogetherAsync(WriteBatch batch, List<int> positions)
    {
        while (positions.Count > 0)
        {
            if (positions.Count == 1 || noTransactions)
            {
                await AllAloneAsync(batch, positions, null).ConfigureAwait(false);
                return;
            }
            var writes = new ConsulKvWrite[positions.Count];
            for (var index = 0; index < writes.Length; index++) writes[index] = batch[positions[index]];
            var ids = new Guid[writes.Length];
            for (var index = 0; index < ids.Length; index++) ids[index] = batch.TicketOf(positions[index]).Id;
            var run = new TransactionRun(session, writes, ids);
            ConsulKvWriteResult whole;
            await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                whole = stop.IsCancellationRequested ? Writer.Cancelled(writes[0], ids[0]) : await TransactAsync(run, writes.Length).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
            switch (run.Refusal)
            {
                case TransactionRefusal.None when whole.Outcome == ConsulKvOutcome.Unknown:
                    // There was no time left to ask. What to look at later differs by kind.
                    await AllAloneAsync(batch, positions, run.Earlier(whole)).ConfigureAwait(false);
                    return;
                case TransactionRefusal.None:
                    Settle(batch, positions, run, whole);
                    return;
                case TransactionRefusal.Lost:
                    await AllAloneAsync(batch, positions, run.Earlier(whole)).ConfigureAwait(false);
                    return;
                case TransactionRefusal.Endpoint:
                    // Blocked, or not there: what can be done one by one still is.
                    noTransactions |= run.IsEndpointClosed;
                    await AllAloneAsync(batch, positions, run.Earlier(whole)).ConfigureAwait(false);
                    return;
                case TransactionRefusal.Blamed:
                    await AllAloneAsync(batch, positions.Where((_, index) => run.Blamed.Contains(index)).ToList(), run.Earlier(whole)).ConfigureAwait(false);
                    positions = positions.Where((_, index) => !run.Blamed.Contains(index)).ToList();
                    break;
                default:
                    if (run.Limit is { } limit) largest = limit;
                    var half = positions.Count / 2;
                    await TogetherAsync(batch, positions.GetRange(0, half)).ConfigureAwait(false);
                    positions = positions.GetRange(half, positions.Count - half);
                    break;
            }
        }
    }

    private async Task AtomicAsync(WriteBatch batch)
    {
        IEnumerable<ConsulKvWriteResult> results = stop.IsCancellationRequested
            ? batch.Writes.Select((write, index) => Writer.Cancelled(write, batch.TicketOf(index).Id))
            : await Writer.RunAtomicAsync(batch.Writes, batch.Tickets, abort.Token).ConfigureAwait(false);
        var position = 0;
        foreach (var result in results) batch.Settle(position++, result);
    }

    private static void Settle(WriteBatch batch, List<int> positions, TransactionRun run, ConsulKvWriteResult whole)
    {
        for (var index = 0; index < positions.Count; index++) batch.Settle(positions[index], run.ResultOf(index, whole));
    }

    private Task AllAloneAsync(WriteBatch batch, List<int> positions, EarlierAttempts? earlier) =>
        // What the transaction was tried again counts once.
        Task.WhenAll(positions.Select((position, index) => AloneAsync(batch, position, index == 0 ? earlier : earlier is null ? null : earlier with { Retries = 0 })));

    private async Task<ConsulKvWriteResult> TransactAsync(TransactionRun run, int writes)
    {
        var ticket = session.Telemetry.BeginTransaction(session, writes);
        var whole = await run.RunAsync(ticket, abort.Token).ConfigureAwait(false);
        SessionTelemetry.EndTransaction(ticket, whole);
        return whole;
    }

    private async Task AloneAsync(WriteBatch batch, int position, EarlierAttempts? earlier)
    {
        await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            // A write that may be there already has to be asked after, even now.
            batch.Settle(position, stop.IsCancellationRequested && earlier?.Ambiguity is null
                ? Writer.Cancelled(batch[position], batch.TicketOf(position).Id)
                : await Writer.RunAsync(batch[position], batch.TicketOf(position), abort.Token, earlier).ConfigureAwait(false));
        }
        finally
        {
            places.Release();
        }
    }
}
