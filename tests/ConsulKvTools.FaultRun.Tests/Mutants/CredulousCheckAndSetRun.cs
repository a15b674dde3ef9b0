using System.Text;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.FaultRun.Tests.Mutants;

/// <summary>As the product's check-and-set, but an equal value after a lost answer counts as one's own success.</summary>
internal sealed class CredulousCheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => $"PUT cas={Write.Index}";

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, Write.Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override async Task<WriteStep> OnRefusedAsync(CancellationToken cancellation)
    {
        if (Ambiguity is null) return WriteStep.Settled(ConsulKvOutcome.Conflict);
        var (entry, _, failed) = await ReadAsync(Write.Key, "read back", cancellation);
        if (failed is not null) return failed;
        return entry?.Value == Encoding.UTF8.GetString(Write.Value)
            ? WriteStep.Settled(ConsulKvOutcome.Written)
            : WriteStep.Settled(ConsulKvOutcome.Unknown, Ambiguity.Finding);
    }

    protected override string HowToTell(string shown) => "";
}
