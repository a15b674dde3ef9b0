using System.Globalization;
using System.Text;
using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Checking;

/// <summary>
/// What the product's word about a write claims of the key: the promise of docs/architecture.md and docs/outcomes.md as steps, no more and no less.
/// </summary>
/// <remarks>
/// <para><c>Written</c>: it happened between call and result. <c>Unchanged</c>: the value was there, or the key was not. <c>Conflict</c>: the check failed in
/// between. <c>Denied</c>, <c>Failed</c>: it never happens. <c>Unknown</c>: each attempt without an answer may have happened, or may later.</para>
/// <para>An attempt without an answer may also land after the result. What the product excludes gets no such step: a check against an index that
/// has gone by never lands, with an operation marker nothing does, with <c>Fenced</c> every attempt has a check, and without it only the first of the
/// attempts whose fate is not known may go without; a fenced put is applied once at most. A check that there is no key (index 0) holds again once
/// somebody removed the key.</para>
/// </remarks>
internal static class WriteSteps
{
    /// <summary>The steps of one write.</summary>
    public static IEnumerable<Step> Of(Done done)
    {
        var (write, result) = (done.Write, done.Result);
        var lost = LostAttempts(done);
        switch (result.Outcome)
        {
            case ConsulKvOutcome.Written:
                var answered = result.Attempts.Any(attempt => attempt.Effect == WriteEffect.Applied && FenceOf(attempt) is not null);
                // A fenced put takes effect once, on top of what it read: only "no key" comes back, once somebody has removed it.
                var once = write is { Fenced: true, Kind: ConsulKvWriteKind.Put };
                if (once && !answered && lost.Count > 0)
                {
                    yield return lost[^1] with { Begin = done.Begin, End = done.End, Index = result.ModifyIndex };
                    lost.RemoveAt(lost.Count - 1);
                }
                else
                {
                    yield return Effect(done, FenceOfAnswered(done)) with { End = done.End, Index = result.ModifyIndex };
                    // Without an answer, one of the lost ones is the effect itself. A key may also be gone by another's hand, though, and a removal without a check land later all the same.
                    if (!answered && lost is [{ Kind: not StepKind.Delete }]) yield break;
                }
                foreach (var step in lost.Where(step => !once || step.Check == 0)) yield return step;
                break;
            case ConsulKvOutcome.Unknown:
                if (write.OperationPrefix is not null) yield return Effect(done, null) with { End = Step.Open };
                foreach (var step in lost) yield return step;
                break;
            case ConsulKvOutcome.Unchanged:
                yield return Observed(done, StepKind.Read, result.ModifyIndex) with { Value = IsRemoval(write) ? null : Text(write) };
                break;
            case ConsulKvOutcome.Conflict:
                if (write.Kind == ConsulKvWriteKind.DeleteCheckAndSet) yield return Observed(done, StepKind.DeleteRefused) with { Check = write.Index };
                else if (write.Kind is ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly)
                    yield return Observed(done, StepKind.CheckRefused) with { Check = CheckOf(write), Value = Text(write) };
                if (result.ModifyIndex is { } seen) yield return Observed(done, StepKind.IndexSeen, seen);
                break;
        }
    }

    /// <summary>A consistent read that was answered.</summary>
    public static Step OfRead(string who, KvReadResult read, long begin, long end) => new()
    {
        Kind = StepKind.Read, Value = read.Entry?.Value, Index = read.Entry?.ModifyIndex, Begin = begin, End = end, Who = who,
    };

    /// <summary>The attempts of a write that may land at any later time, each as a step of its own.</summary>
    private static List<Step> LostAttempts(Done done)
    {
        var steps = new List<Step>();
        if (done.Write.OperationPrefix is not null) return steps;
        var unfenced = !done.Write.Fenced;
        foreach (var attempt in done.Result.Attempts.Where(attempt => attempt.Effect == WriteEffect.Ambiguous))
        {
            if (FenceOf(attempt) is not { } fence) continue;
            var check = fence.Check ?? (HasCheck(done.Write) ? CheckOf(done.Write) : null);
            if (check is null && !unfenced) continue;
            if (check is null) unfenced = false;
            steps.Add(Effect(done, check) with { Begin = done.Begin + attempt.StartedAfter.Ticks, End = Step.Open });
        }
        return steps;
    }

    private static Step Effect(Done done, ulong? check)
    {
        var write = done.Write;
        check ??= HasCheck(write) ? CheckOf(write) : null;
        var step = new Step { Kind = StepKind.Put, Begin = done.Begin, End = done.End, Floor = done.Floor, Who = done.Who, Check = check ?? 0 };
        return IsRemoval(write)
            ? step with { Kind = check is null or 0 ? StepKind.Delete : StepKind.DeleteCheckAndSet }
            : step with { Kind = check is null ? StepKind.Put : StepKind.CheckAndSet, Value = Text(write) };
    }

    private static Step Observed(Done done, StepKind kind, ulong? index = null) =>
        new() { Kind = kind, Begin = done.Begin, End = done.End, Index = index, Who = done.Who };

    private static ulong? FenceOfAnswered(Done done) =>
        done.Result.Attempts.Where(attempt => attempt.Effect == WriteEffect.Applied).Select(FenceOf).LastOrDefault(fence => fence is not null)?.Check;

    /// <summary>The check of an attempt that writes; null for a question.</summary>
    private static Fence? FenceOf(ConsulKvAttempt attempt)
    {
        var words = attempt.Action.Split(' ');
        return words switch
        {
            ["PUT" or "DELETE", var check] when check.StartsWith("cas=", StringComparison.Ordinal) => new Fence(ulong.Parse(check[4..], CultureInfo.InvariantCulture)),
            ["PUT" or "DELETE"] or ["TXN"] => new Fence(null),
            ["TXN", ..] => new Fence(null),
            ["read" or "create" or "abandon" or "ask", ..] => null,
            _ => throw new InvalidOperationException($"What kind of attempt is '{attempt.Action}'?"),
        };
    }

    private static bool IsRemoval(ConsulKvWrite write) => write.Kind is ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet;

    private static bool HasCheck(ConsulKvWrite write) =>
        write.Kind is ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly or ConsulKvWriteKind.DeleteCheckAndSet;

    private static ulong CheckOf(ConsulKvWrite write) => write.Kind == ConsulKvWriteKind.CreateOnly ? 0 : write.Index;

    private static string Text(ConsulKvWrite write) => Encoding.UTF8.GetString(write.Value);

    private sealed record Fence(ulong? Check);
}
