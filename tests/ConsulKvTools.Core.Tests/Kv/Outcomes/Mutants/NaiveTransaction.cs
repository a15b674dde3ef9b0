using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv.Outcomes.Mutants;

/// <summary>A transaction that is read back key by key, or not at all.</summary>
internal sealed class NaiveTransaction(ConsulKvSession session, IReadOnlyList<ConsulKvWrite> writes, bool asks) : WriteRun(session, writes[0])
{
    protected override string Action => "TXN";

    protected override ConsulRequest NextRequest() => KvTransaction.Request(writes);

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation) => Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written));

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        if (!asks) return null;
        foreach (var write in writes)
        {
            var (entry, _, failed) = await ReadAsync(write.Key, "read back", cancellation);
            if (failed is not null) return failed;
            if (entry is null || !entry.Bytes.AsSpan().SequenceEqual(write.Value)) return WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity!.Finding);
        }
        return WriteStep.Settled(ConsulKvOutcome.Written);
    }

    protected override string HowToTell(string shown) => "";
}
