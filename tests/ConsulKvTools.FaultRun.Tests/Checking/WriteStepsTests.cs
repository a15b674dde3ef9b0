using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>What a result claims, step by step.</summary>
public sealed class WriteStepsTests
{
    [Fact]
    public void A_written_put_without_trouble_happened_once()
    {
        var step = Assert.Single(Steps(new(), ConsulKvOutcome.Written, ("PUT", WriteEffect.Applied)));

        Assert.Equal((StepKind.Put, true), (step.Kind, step.MustHappen));
    }

    [Fact]
    public void A_lost_first_attempt_of_a_plain_put_may_land_late()
    {
        var steps = Steps(new(), ConsulKvOutcome.Written, ("PUT", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied), ("PUT cas=7", WriteEffect.Applied));

        Assert.Equal([(StepKind.CheckAndSet, 7UL, true), (StepKind.Put, 0UL, false)], steps.Select(step => (step.Kind, step.Check, step.MustHappen)));
    }

    [Fact]
    public void A_second_attempt_without_a_check_may_not()
    {
        var steps = Steps(new(), ConsulKvOutcome.Written, ("PUT", WriteEffect.Ambiguous), ("PUT", WriteEffect.Ambiguous), ("PUT", WriteEffect.Applied));

        Assert.Equal([true, false], steps.Select(step => step.MustHappen));
    }

    [Fact]
    public void A_removal_that_was_found_done_may_land_late_all_the_same()
    {
        var steps = Steps(new() { Kind = ConsulKvWriteKind.Delete }, ConsulKvOutcome.Written, ("DELETE", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied));
        var bound = Steps(new() { Kind = ConsulKvWriteKind.Delete, Fenced = true }, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("DELETE cas=5", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied));

        Assert.Equal([(StepKind.Delete, true), (StepKind.Delete, false)], steps.Select(step => (step.Kind, step.MustHappen)));
        // Another had removed the key, and made it anew before the lost request arrived.
        Step[] others = [new() { Kind = StepKind.Delete, Begin = 1, End = 2 }, new() { Kind = StepKind.Put, Value = "theirs", Begin = 11, End = 12 }, new() { Kind = StepKind.Read, Value = null, Begin = 13, End = 14 }];
        var before = KeyState.Missing.Store("u", 4, 5)!.Value;
        Assert.True(Linearizability.Explains([.. steps, .. others], before));
        Assert.False(Linearizability.Explains([.. bound, .. others], before));
    }

    [Fact]
    public void A_fenced_put_takes_effect_once_whichever_attempt_it_was()
    {
        var write = new Asked { Fenced = true };
        var answered = Assert.Single(Steps(write, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("PUT cas=5", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied), ("PUT cas=7", WriteEffect.Applied)));
        var readBack = Assert.Single(Steps(write, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("PUT cas=5", WriteEffect.Ambiguous), ("PUT cas=5", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied)));

        Assert.Equal((StepKind.CheckAndSet, 7UL, true), (answered.Kind, answered.Check, answered.MustHappen));
        Assert.Equal((StepKind.CheckAndSet, 5UL, true), (readBack.Kind, readBack.Check, readBack.MustHappen));
    }

    [Fact]
    public void A_fenced_put_on_a_missing_key_may_create_it_again()
    {
        var steps = Steps(new() { Fenced = true }, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("PUT cas=0", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied), ("PUT cas=0", WriteEffect.Applied));

        Assert.Equal([(StepKind.CheckAndSet, 0UL, true), (StepKind.CheckAndSet, 0UL, false)], steps.Select(step => (step.Kind, step.Check, step.MustHappen)));
    }

    [Fact]
    public void A_history_in_which_a_fenced_put_was_applied_twice_cannot_be()
    {
        var done = Steps(new() { Fenced = true }, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("PUT cas=5", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied), ("PUT cas=7", WriteEffect.Applied));
        var theirs = new Step { Kind = StepKind.Put, Value = "theirs", Begin = 1, End = 2, Index = 7 };
        var first = new Step { Kind = StepKind.Read, Value = "v", Index = 6, Begin = 0, End = 1 };
        var before = KeyState.Missing.Store("u", 4, 5)!.Value;

        Assert.True(Linearizability.Explains([.. done, theirs], before));
        Assert.False(Linearizability.Explains([.. done, first, theirs], before));
    }

    [Fact]
    public void With_a_marker_nothing_lands_late()
    {
        var write = new Asked { Marker = true };

        Assert.Single(Steps(write, ConsulKvOutcome.Written, ("create marker", WriteEffect.Applied), ("TXN with marker", WriteEffect.Ambiguous), ("read marker", WriteEffect.Applied), ("TXN with marker", WriteEffect.Applied)));
        Assert.False(Assert.Single(Steps(write, ConsulKvOutcome.Unknown, ("TXN with marker", WriteEffect.Ambiguous))).MustHappen);
    }

    [Theory]
    [InlineData(ConsulKvOutcome.Failed)]
    [InlineData(ConsulKvOutcome.Denied)]
    public void What_failed_never_happens(ConsulKvOutcome outcome) => Assert.Empty(Steps(new(), outcome, ("PUT", WriteEffect.NotApplied)));

    [Fact]
    public void A_conflict_says_what_the_check_met()
    {
        var step = Assert.Single(Steps(new() { Kind = ConsulKvWriteKind.CheckAndSet, Index = 9 }, ConsulKvOutcome.Conflict, ("PUT cas=9", WriteEffect.NotApplied)));

        Assert.Equal((StepKind.CheckRefused, 9UL), (step.Kind, step.Check));
    }

    [Fact]
    public void An_attempt_nobody_knows_is_an_error_of_this_program() =>
        Assert.Throws<InvalidOperationException>(() => Steps(new(), ConsulKvOutcome.Unknown, ("HEAD", WriteEffect.Ambiguous)));

    private static List<Step> Steps(Asked asked, ConsulKvOutcome outcome, params (string Action, WriteEffect Effect)[] attempts)
    {
        var write = new ConsulKvWrite { Key = "k", Value = "v"u8.ToArray(), Kind = asked.Kind, Index = asked.Index, Fenced = asked.Fenced, OperationPrefix = asked.Marker ? "op/" : null };
        var result = new ConsulKvWriteResult
        {
            Key = "k", Outcome = outcome, Kind = asked.Kind,
            Attempts = attempts.Select((attempt, at) => new ConsulKvAttempt { Number = at + 1, Action = attempt.Action, Effect = attempt.Effect, StartedAfter = TimeSpan.Zero, Duration = TimeSpan.Zero }).ToList(),
        };
        return WriteSteps.Of(new Done("c", write, result, 0, 10, 0)).ToList();
    }

    private sealed record Asked
    {
        public ConsulKvWriteKind Kind { get; init; }

        public ulong Index { get; init; }

        public bool Fenced { get; init; }

        public bool Marker { get; init; }
    }
}
