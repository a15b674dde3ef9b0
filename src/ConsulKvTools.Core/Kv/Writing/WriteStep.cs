using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Kv.Writing;

/// <summary>Where a write stands after one step.</summary>
internal sealed class WriteStep
{
    private WriteStep(Settlement? settlement, Failure? failure, bool tryAgain)
    {
        Settlement = settlement;
        Failure = failure;
        TryAgain = tryAgain;
    }

    /// <summary>The end; null while it is open.</summary>
    public Settlement? Settlement { get; }

    /// <summary>What this step met; null when it met nothing wrong.</summary>
    public Failure? Failure { get; }

    /// <summary>Whether another step can help.</summary>
    public bool TryAgain { get; }

    /// <summary>True when it only asked what became of an attempt. Such questions are limited by time, not by number: to give up asking is to leave it unknown.</summary>
    public bool IsQuestion { get; private init; }

    /// <summary>The same step, as a question.</summary>
    public WriteStep AsQuestion() => Settlement is null ? new(null, Failure, TryAgain) { IsQuestion = true } : this;

    /// <summary>The outcome is known.</summary>
    public static WriteStep Settled(ConsulKvOutcome outcome, ConsulFinding? finding = null, ulong? index = null) =>
        new(new Settlement(outcome, finding, index), null, tryAgain: false);

    /// <summary>This step failed.</summary>
    public static WriteStep Failed(Failure failure, bool tryAgain) =>
        new(null, failure, tryAgain);

    /// <summary>Nothing failed, but another step is needed.</summary>
    public static WriteStep Again { get; } = new(null, null, tryAgain: true);
}
