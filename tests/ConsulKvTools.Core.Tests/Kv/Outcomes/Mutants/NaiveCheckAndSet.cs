using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv.Outcomes.Mutants;

/// <summary>A check-and-set that takes an equal value for its own, or a refusal after a lost answer for the last word.</summary>
internal sealed class NaiveCheckAndSet(ConsulKvSession session, ConsulKvWrite write, bool trustsValue) : WriteRun(session, write)
{
    protected override string Action => "PUT cas";

    protected override bool CanLandLate => Write.Index == 0;

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, Write.Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation);
        if (failed is not null) return failed;
        return trustsValue && Ambiguity is not null && entry is not null && entry.Bytes.AsSpan().SequenceEqual(Write.Value)
            ? WriteStep.Settled(ConsulKvOutcome.Written, null, entry.ModifyIndex)
            : WriteStep.Settled(trustsValue && Ambiguity is not null ? ConsulKvOutcome.Unknown : ConsulKvOutcome.Conflict, ConsulFinding.Create("Cas.IndexStale", ("key", Write.Key)));
    }

    protected override string HowToTell(string shown) => "";
}
