using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.FaultRun.Tests.Mutants;

/// <summary>A put that calls itself failed when its answer is lost.</summary>
internal sealed class GivingUpPutRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => "PUT";

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, check: null);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation) =>
        Task.FromResult(failure.Effect == WriteEffect.Ambiguous ? WriteStep.Settled(ConsulKvOutcome.Failed, failure.Finding) : OnFailure(failure));

    protected override string HowToTell(string shown) => "";
}
