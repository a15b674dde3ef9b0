using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.FaultRun.Tests.Mutants;

/// <summary>As the product's check-and-set, but a lost answer counts as "not applied": the refusal of the retry is called a conflict.</summary>
internal sealed class BlindCheckAndSetRun(ConsulKvSession session, ConsulKvWrite write) : WriteRun(session, write)
{
    protected override string Action => $"PUT cas={Write.Index}";

    protected override ConsulRequest NextRequest() => KvWireRequest.Put(Write, Write.Index);

    protected override Task<WriteStep?> AskAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    protected override Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation) =>
        Task.FromResult(OnFailure(failure with { Effect = WriteEffect.NotApplied }));

    protected override Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) => Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Conflict));

    protected override string HowToTell(string shown) => "";
}
