using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// Several writes in one transaction: all or none. After a lost answer, plain puts and removals are read back: all there is success,
/// else the retry is fenced with what was read. With a check-and-set among them the same is sent again, as for a single one.
/// </summary>
internal sealed class AtomicRun(ConsulKvSession session, IReadOnlyList<ConsulKvWrite> writes) : WriteRun(session, writes[0])
{
    private readonly bool allPlain = writes.All(write => write.Kind is ConsulKvWriteKind.Put or ConsulKvWriteKind.Delete);
    private ulong[]? fences;

    /// <summary>ModifyIndex of each key after success; empty when not known.</summary>
    public IReadOnlyDictionary<string, ulong> Indexes { get; private set; } = new Dictionary<string, ulong>();

    protected override string Action => fences is null ? "TXN" : "TXN fenced";

    protected override ConsulRequest NextRequest() => KvTransaction.Request(fences is null ? writes : Fenced().ToArray());

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation)
    {
        Indexes = KvTransaction.ReadIndexes(response.Body);
        return Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written));
    }

    protected override async Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation)
    {
        if (Ambiguity is null || failure.Code != "Txn.OpFailed") return OnFailure(failure);
        if (fences is null) return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
        return await AskAsync(cancellation).ConfigureAwait(false) ?? WriteStep.Again;
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        if (!allPlain) return null;
        var all = true;
        var seen = new ulong[writes.Count];
        var indexes = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (var position = 0; position < writes.Count; position++)
        {
            var write = writes[position];
            var (entry, _, failed) = await ReadAsync(write.Key, "read back", cancellation).ConfigureAwait(false);
            if (failed is not null) return failed;
            seen[position] = entry?.ModifyIndex ?? 0;
            if (entry is not null) indexes[write.Key] = entry.ModifyIndex;
            all &= write.Kind == ConsulKvWriteKind.Delete
                ? entry is null
                : entry is not null && entry.Flags == write.Flags && entry.Bytes.AsSpan().SequenceEqual(write.Value);
        }
        if (all)
        {
            Indexes = indexes;
            return WriteStep.Settled(ConsulKvOutcome.Written);
        }
        fences = seen;
        return null;
    }

    /// <summary>The writes, each bound to what was read of its key; the removal of a key that is gone is left out, being done.</summary>
    private IEnumerable<ConsulKvWrite> Fenced()
    {
        for (var position = 0; position < writes.Count; position++)
        {
            var (write, index) = (writes[position], fences![position]);
            if (write.Kind == ConsulKvWriteKind.Put)
                yield return write with { Kind = index == 0 ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet, Index = index };
            else if (index != 0)
                yield return write with { Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = index };
        }
    }
}
