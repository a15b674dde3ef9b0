using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv.Outcomes.Mutants;

/// <summary>An operation marker that is not made beforehand: the transaction creates it, so that a late attempt works again once it is removed.</summary>
internal sealed class MarkerLess(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    private readonly ConsulKvWrite marker = new() { Key = write.OperationPrefix + Guid.NewGuid(), Kind = ConsulKvWriteKind.CreateOnly };

    protected override string Action => "TXN";

    protected override ConsulRequest NextRequest() => KvTransaction.Request([marker, Write]);

    protected override Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation) => CleanAsync(cancellation);

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, _, failed) = await ReadAsync(marker.Key, "read marker", cancellation);
        return failed ?? (entry is null ? null : await CleanAsync(cancellation));
    }

    protected override string HowToTell(string shown) => "";

    protected override bool CanLandLate => false;

    private async Task<WriteStep> CleanAsync(CancellationToken cancellation)
    {
        await SendAsync(KvWireRequest.Delete(marker, null), "remove marker", cancellation);
        return WriteStep.Settled(ConsulKvOutcome.Written);
    }
}
