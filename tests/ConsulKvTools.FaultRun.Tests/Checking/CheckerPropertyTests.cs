using ConsulKvTools.FaultRun.Checking;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>The checker against brute force on small histories, and against a small Consul that keeps to the rules.</summary>
public sealed class CheckerPropertyTests
{
    private static readonly Gen<Step> Steps =
        from kind in Gen.Elements(StepKind.Read, StepKind.Read, StepKind.Put, StepKind.Put, StepKind.CheckAndSet, StepKind.CheckAndSet, StepKind.CheckRefused, StepKind.Delete, StepKind.DeleteCheckAndSet, StepKind.DeleteRefused, StepKind.IndexSeen)
        from value in Gen.Elements("a", "b")
        from missing in Gen.Choose(0, 3)
        from check in Gen.Choose(0, 3)
        from told in Gen.Choose(0, 4)
        from floor in Gen.Choose(0, 2)
        from begin in Gen.Choose(0, 6)
        from lasts in Gen.Choose(0, 5)
        from unknown in Gen.Choose(0, 4)
        select new Step
        {
            Kind = kind,
            Value = kind == StepKind.Read && missing == 0 ? null : value,
            Check = kind is StepKind.DeleteCheckAndSet or StepKind.DeleteRefused ? (ulong)check + 1 : (ulong)check,
            Index = kind == StepKind.IndexSeen ? (ulong)told + 1 : told == 0 ? null : (ulong)told,
            Floor = (ulong)floor,
            Begin = begin,
            End = unknown == 0 && kind is StepKind.Put or StepKind.CheckAndSet or StepKind.Delete or StepKind.DeleteCheckAndSet && unknown == 0 ? Step.Open : begin + lasts,
        };

    private static readonly Gen<Step[]> Histories = Gen.Choose(1, 6).SelectMany(count => Steps.ArrayOf(count));

    [Fact]
    public void Any_small_history_gets_the_verdict_of_brute_force()
    {
        var (fine, not) = (0, 0);

        Prop.ForAll(Histories.ToArbitrary(), steps =>
        {
            var expected = BruteForce.Explains(steps);
            _ = expected ? fine++ : not++;
            return Linearizability.Check(steps).IsLinearizable == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));

        Assert.True(fine > 500 && not > 500, $"{fine} fine and {not} impossible histories are too one-sided");
    }

    [Fact]
    public void What_a_real_order_made_is_explained_whatever_was_lost_on_the_way() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Linearizability.Check(Happened(new System.Random(seed), 60)).IsLinearizable)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void What_was_then_falsified_gets_the_verdict_of_brute_force()
    {
        var not = 0;

        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new System.Random(seed);
            var steps = Happened(random, 7);
            var victim = random.Next(steps.Length);
            steps[victim] = steps[victim].Kind == StepKind.Read
                ? steps[victim] with { Value = $"{random.Next(3)}", Index = null }
                : steps[victim] with { Kind = StepKind.Read, Value = $"{random.Next(3)}", Index = null, End = Math.Min(steps[victim].End, steps[victim].Begin + 10) };
            var expected = BruteForce.Explains(steps);
            if (!expected) not++;
            return Linearizability.Check(steps).IsLinearizable == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

        Assert.True(not > 500, $"only {not} were impossible");
    }

    [Fact]
    public void A_witness_cannot_be_explained_by_brute_force_either() =>
        Prop.ForAll(Histories.ToArbitrary(), steps =>
        {
            var result = Linearizability.Check(steps);
            return result.IsLinearizable || (result.History.Contains(result.Impossible!) && !Linearizability.Explains(result.History, result.Before));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    /// <summary>A history as some clients saw it: each step happened at its own moment, was begun before and ended after; some answers were lost.</summary>
    private static Step[] Happened(System.Random random, int count)
    {
        var consul = new TinyConsul();
        var steps = new List<Step>();
        var seen = 0UL;
        for (var at = 0; at < count; at++)
        {
            var moment = at * 10;
            var asked = new Step
            {
                Kind = new[] { StepKind.Read, StepKind.Read, StepKind.Put, StepKind.CheckAndSet, StepKind.CheckAndSet, StepKind.Delete, StepKind.DeleteCheckAndSet }[random.Next(7)],
                Value = $"{random.Next(3)}",
                Check = random.Next(3) == 0 ? 0 : seen,
                Begin = moment - random.Next(40),
                End = moment + random.Next(40),
            };
            if (asked is { Kind: StepKind.DeleteCheckAndSet, Check: 0 }) asked = asked with { Kind = StepKind.Delete };
            var lost = asked.Kind != StepKind.Read && random.Next(6) == 0;
            // A request that never arrives, or arrives much later than its sender waited.
            if (lost && random.Next(2) == 0)
            {
                steps.Add(asked with { End = Step.Open });
                continue;
            }
            var told = consul.Do(asked);
            if (told.Index is { } index) seen = index;
            steps.Add(lost ? asked with { End = Step.Open } : told);
        }
        return [.. steps];
    }
}
