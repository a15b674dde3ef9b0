using ConsulKvTools.FaultRun.Checking;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>One key of Consul's with a real index, made without the checker's own rules; answers what a client would be told.</summary>
internal sealed class TinyConsul
{
    private ulong raft = 1;
    private string? value;
    private ulong index;

    /// <summary>Does it and says what a client would have been told: the step as it would be noted.</summary>
    public Step Do(Step asked)
    {
        raft++;
        switch (asked.Kind)
        {
            case StepKind.Read:
                return asked with { Value = value, Index = value is null ? null : index };
            case StepKind.Put:
                Store(asked.Value!);
                return asked;
            case StepKind.CheckAndSet:
                if (asked.Check == 0 ? value is not null : value is null || index != asked.Check) return asked with { Kind = StepKind.CheckRefused };
                Store(asked.Value!);
                return asked with { Index = index };
            case StepKind.DeleteCheckAndSet:
                if (value is not null && index != asked.Check) return asked with { Kind = StepKind.DeleteRefused };
                value = null;
                return asked;
            default:
                value = null;
                return asked;
        }
    }

    private void Store(string next)
    {
        if (value != next) index = raft;
        value = next;
    }
}
