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
    public void A_fenced_put_has_no_late_attempt_but_on_top_of_what_it_read()
    {
        var steps = Steps(new() { Fenced = true }, ConsulKvOutcome.Written, ("read first", WriteEffect.Applied), ("PUT cas=5", WriteEffect.Ambiguous), ("read back", WriteEffect.Applied), ("PUT cas=7", WriteEffect.Applied));
        Assert.Equal([(StepKind.CheckAndSet, 7UL, true), (StepKind.CheckAndSet, 5UL, false)], steps.Select(step => (step.Kind, step.Check, step.MustHappen)));

        Assert.Single(Steps(new() { Fenced = true }, ConsulKvOutcome.Written, ("PUT", WriteEffect.Ambiguous), ("PUT", WriteEffect.Applied)));
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
