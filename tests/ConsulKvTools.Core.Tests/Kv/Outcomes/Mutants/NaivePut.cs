using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv.Outcomes.Mutants;

/// <summary>A put that breaks a rule: its retry is not fenced, it does not even ask first, or a fenced one is written over what came after it.</summary>
internal sealed class NaivePut(ConsulKvSession session, ConsulKvWrite write, bool asks, bool fences) : WriteRun(session, write)
{
    private ulong? fence;

    protected override string Action => "PUT";

    protected override bool CanLandLate => fence is null or 0;

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, fences ? fence : null);

    protected override async Task<WriteStep?> PrepareAsync(CancellationToken cancellation)
    {
        if (!Write.Fenced) return null;
        var (entry, _, failed) = await ReadAsync(Write.Key, "read first", cancellation);
        fence = entry?.ModifyIndex ?? 0;
        return failed;
    }

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        if (!asks) return null;
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation);
        if (failed is not null) return failed;
        fence = entry?.ModifyIndex ?? 0;
        return entry is not null && entry.Bytes.AsSpan().SequenceEqual(Write.Value) ? WriteStep.Settled(ConsulKvOutcome.Written, null, entry.ModifyIndex) : null;
    }

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) => await AskAsync(cancellation) ?? WriteStep.Again;

    protected override string HowToTell(string shown) => "";
}
