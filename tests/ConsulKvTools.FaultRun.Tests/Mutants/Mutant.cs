using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.FaultRun.Tests.Mutants;

/// <summary>Ways to write that are wrong on purpose, each in one thing; everything else is the product's own.</summary>
internal static class Mutant
{
    /// <summary>Puts are retried without a check.</summary>
    public static WriteKey FencingOff { get; } = For(write => write.Kind == ConsulKvWriteKind.Put, (session, write) => new UnfencedPutRun(session, write));

    /// <summary>A check-and-set whose answer was lost is taken for one that was not applied.</summary>
    public static WriteKey BlindRetry { get; } = For(IsCheck, (session, write) => new BlindCheckAndSetRun(session, write));

    /// <summary>After a lost answer and a refusal, an equal value is taken for one's own.</summary>
    public static WriteKey EqualValueIsMine { get; } = For(IsCheck, (session, write) => new CredulousCheckAndSetRun(session, write));

    /// <summary>A put whose answer was lost is said to have failed.</summary>
    public static WriteKey LostIsFailed { get; } = For(write => write is { Kind: ConsulKvWriteKind.Put, Fenced: false }, (session, write) => new GivingUpPutRun(session, write));

    private static bool IsCheck(ConsulKvWrite write) => write.Kind is ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly;

    private static WriteKey For(Func<ConsulKvWrite, bool> when, Func<ConsulKvSession, ConsulKvWrite, WriteRun> how) => (session, write, cancellation) =>
        write.OperationPrefix is null && when(write) ? how(session, write).RunAsync(default, cancellation) : RunContext.Product(session, write, cancellation);
}
