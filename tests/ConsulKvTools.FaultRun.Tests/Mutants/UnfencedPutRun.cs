using System.Text;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.FaultRun.Tests.Mutants;

/// <summary>As the product's put, but no attempt has a check.</summary>
internal sealed class UnfencedPutRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => "PUT";

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, check: null);

    protected override async Task<WriteStep?> AskAsync(CancellationToken cancellation)
    {
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation);
        if (failed is not null) return failed;
        return entry?.Value == Encoding.UTF8.GetString(Write.Value) ? WriteStep.Settled(ConsulKvOutcome.Written, null, entry.ModifyIndex) : null;
    }

    protected override string HowToTell(string shown) => "";
}
