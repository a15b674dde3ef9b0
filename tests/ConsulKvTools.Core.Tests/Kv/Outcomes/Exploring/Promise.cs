using System.Text;
using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>What a result must be true to. The words are those of docs/outcomes.md.</summary>
internal static class Promise
{
    private const string LateAttempt = "Outcome.LateAttempt";

    /// <summary>What really became of the writes.</summary>
    public static Truth TruthOf(Scenario scenario, World world) =>
        Happened(scenario, world) ? Truth.Happened : world.Attempts.Any(attempt => attempt.IsPending && CanTakeEffect(scenario, world.Now, attempt)) ? Truth.Open : Truth.Never;

    /// <summary>Every way in which the result is not true; empty when it is.</summary>
    public static IEnumerable<string> Broken(Scenario scenario, World world, IReadOnlyList<ConsulKvWriteResult> results)
    {
        var result = results[0];
        var ours = world.Attempts.Where(attempt => attempt.Number >= 0).ToArray();
        var applied = ours.Where(attempt => attempt.WasApplied).ToArray();
        var noted = result.Notes.Any(note => note.Code == LateAttempt);
        if (results.Any(one => one.Outcome != result.Outcome)) yield return "one transaction, different outcomes";
        switch (result.Outcome)
        {
            case ConsulKvOutcome.Written:
                if (!Happened(scenario, world)) yield return "Written, but it never was";
                if (!noted && ours.Any(attempt => attempt.IsPending && CanTakeEffect(scenario, world.Now, attempt))) yield return "Written without a word of the attempt that can still land";
                if (!noted && applied.Count(attempt => attempt.Answer!.Changed.Count > 0) > 1) yield return "Written twice without a word of it";
                break;
            case ConsulKvOutcome.Unchanged:
                if (ours.Length > 0) yield return "Unchanged, but something was sent";
                if (!Happened(scenario, world)) yield return "Unchanged, but the store never held that";
                break;
            case ConsulKvOutcome.Unknown:
                if (scenario.Marked && world.AnsweredInARow >= 4) yield return "Unknown with a marker, although the cluster answers";
                break;
            default:
                if (applied.Length > 0) yield return $"{result.Outcome}, but it was applied";
                if (ours.Any(attempt => attempt.IsPending && CanTakeEffect(scenario, world.Now, attempt))) yield return $"{result.Outcome}, but a lost attempt can still land";
                break;
        }
        if (noted && !world.Attempts.Any(attempt => attempt.Number >= 0 && world.WasLost(attempt))) yield return "a late attempt is spoken of, but no answer was lost";
        for (var position = 0; position < results.Count; position++)
            if (results[position].ModifyIndex is { } index && !IndexIsRight(scenario, scenario.Writes[position], result.Outcome, world, index))
                yield return $"ModifyIndex {index} of {scenario.Writes[position].Key} is wrong";
        foreach (var attempt in ours)
            foreach (var problem in Strayed(scenario, attempt, ours)) yield return problem;
        if (scenario.Marked && result.Outcome != ConsulKvOutcome.Unknown && world.Now.Entries.Keys.FirstOrDefault(key => key.StartsWith("op/", StringComparison.Ordinal)) is { } left
            && result.Message?.Contains(left, StringComparison.Ordinal) != true)
            yield return "a marker was left behind without a word";
    }

    /// <summary>The write's meaning came true at one moment of the call.</summary>
    private static bool Happened(Scenario scenario, World world)
    {
        if (scenario.Marked || scenario.Writes.Any(write => write.Kind is ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly)
            || (scenario.Atomic && scenario.Writes.Any(write => write.Kind is not (ConsulKvWriteKind.Put or ConsulKvWriteKind.Delete))))
            return world.Attempts.Any(attempt => attempt.Number >= 0 && attempt.Answer is { Done: true });
        return world.StatesOfCall.Any(state => scenario.Writes.All(write => Holds(write, state, scenario.Start)));
    }

    private static bool Holds(ConsulKvWrite write, KvModel state, KvModel start) => write.Kind switch
    {
        ConsulKvWriteKind.Put => IsOurs(write, state[write.Key]),
        ConsulKvWriteKind.Acquire => IsOurs(write, state[write.Key]) && state[write.Key]!.LockSession == write.LockSession,
        ConsulKvWriteKind.Release => IsOurs(write, state[write.Key]) && state[write.Key]!.LockSession != write.LockSession,
        // What was there when the call began is gone; what was made since is another's.
        ConsulKvWriteKind.DeleteTree => !state.Entries.Values.Any(entry => entry.Key.StartsWith(write.Key, StringComparison.Ordinal) && entry.CreateIndex <= start.Index),
        _ => state[write.Key] is null || state[write.Key]!.CreateIndex > start.Index,
    };

    private static bool IsOurs(ConsulKvWrite write, KvModelEntry? entry) => entry is not null && entry.Value == Encoding.UTF8.GetString(write.Value) && entry.Flags == write.Flags;

    private static bool IndexIsRight(Scenario scenario, ConsulKvWrite write, ConsulKvOutcome outcome, World world, ulong index)
    {
        if (outcome is not (ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged)) return world.StatesOfCall.Any(state => state[write.Key]?.ModifyIndex == index);
        return world.StatesOfCall.Any(state => state[write.Key] is { } entry && entry.ModifyIndex == index && IsOurs(write, entry));
    }

    /// <summary>A retry that asks for something else, or that replaces what the run has not seen.</summary>
    private static IEnumerable<string> Strayed(Scenario scenario, OurAttempt attempt, OurAttempt[] ours)
    {
        foreach (var operation in attempt.Wire.Operations.Where(operation => !operation.IsRead && !operation.Key.StartsWith("op/", StringComparison.Ordinal)))
        {
            var write = scenario.Writes.SingleOrDefault(write => write.Key == operation.Key);
            if (write is null || !Fits(write, operation)) yield return $"a request that nobody asked for: {operation}";
        }
        if (!attempt.FollowsLoss || attempt.Answer is null || scenario.Marked) yield break;
        // A tree is removed as a whole, seen or not; but what is made after it was removed is not there to be removed by a retry.
        if (scenario.Writes[0].Kind == ConsulKvWriteKind.DeleteTree && attempt.WasApplied && ours.Any(one => one.Number < attempt.Number && one.WasApplied && one.AppliedAt < attempt.AppliedAt))
            yield return "a retry removed what was made after the removal";
        foreach (var (key, before) in attempt.Answer.Changed)
            if (scenario.Writes.SingleOrDefault(write => write.Key == key) is { Kind: not (ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release) } write
                && before != write.Index && !(attempt.Seen.TryGetValue(key, out var seen) && seen.Contains(before)))
                yield return $"a retry replaced {key}@{before}, which it had not seen";
    }

    private static bool Fits(ConsulKvWrite write, KvModelOperation operation) => write.Kind switch
    {
        ConsulKvWriteKind.Delete => operation.Verb is "delete" or "delete-cas",
        ConsulKvWriteKind.DeleteCheckAndSet => operation.Verb is "delete-cas" && operation.Index == write.Index,
        ConsulKvWriteKind.DeleteTree => operation.Verb is "delete-tree",
        ConsulKvWriteKind.Acquire => operation.Verb is "lock" && operation.LockSession == write.LockSession && SameValue(write, operation),
        ConsulKvWriteKind.Release => operation.Verb is "unlock" && operation.LockSession == write.LockSession && SameValue(write, operation),
        ConsulKvWriteKind.CheckAndSet => operation.Verb is "cas" && operation.Index == write.Index && SameValue(write, operation),
        ConsulKvWriteKind.CreateOnly => operation.Verb is "cas" && operation.Index == 0 && SameValue(write, operation),
        _ => operation.Verb is "set" or "cas" && SameValue(write, operation),
    };

    private static bool SameValue(ConsulKvWrite write, KvModelOperation operation) => operation.Value == Encoding.UTF8.GetString(write.Value) && operation.Flags == write.Flags;

    /// <summary>Whether a lost attempt can still change one of the caller's keys, whatever two steps others take first.</summary>
    private static bool CanTakeEffect(Scenario scenario, KvModel now, OurAttempt attempt, int steps = 2)
    {
        var answer = now.Apply(attempt.Wire.Operations).Answer;
        if (answer.Changed.Any(change => !change.Key.StartsWith("op/", StringComparison.Ordinal))) return true;
        return steps > 0 && Strangers.Actions(now, scenario).Any(action => CanTakeEffect(scenario, action.After, attempt, steps - 1));
    }
}
