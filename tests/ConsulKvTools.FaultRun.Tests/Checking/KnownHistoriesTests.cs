using ConsulKvTools.FaultRun.Checking;
using static ConsulKvTools.FaultRun.Tests.Checking.Histories;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>Histories whose verdict is known, from the papers and from the checkers in the field.</summary>
public sealed class KnownHistoriesTests
{
    [Fact]
    public void Porcupine_register_reads_both_sides_of_a_write_that_is_under_way() =>
        IsFine(Put("0", -2, -1), Put("100", 0, 100), Read("100", 25, 75), Read("0", 30, 60));

    [Fact]
    public void Porcupine_register_must_not_go_back_after_the_new_value_was_read() =>
        Cannot(Put("0", -2, -1), Put("200", 0, 100), Read("200", 10, 30), Read("0", 40, 90));

    [Fact]
    public void Herlihy_and_Wing_two_writes_at_once_may_come_in_either_order()
    {
        IsFine(Put("a", 0, 10), Put("b", 5, 15), Read("a", 20, 25));
        IsFine(Put("a", 0, 10), Put("b", 5, 15), Read("b", 20, 25));
    }

    [Fact]
    public void Herlihy_and_Wing_two_readers_must_agree_on_that_order() =>
        Cannot(Put("a", 0, 10), Put("b", 5, 15), Read("a", 20, 25), Read("b", 30, 35), Read("a", 40, 45));

    [Fact]
    public void A_write_that_has_ended_is_there() => Cannot(Put("a", 0, 1), Put("b", 2, 3), Read("a", 4, 5));

    [Fact]
    public void Sequential_consistency_is_not_enough() => Cannot(Put("a", 0, 1), Read(null, 2, 3));

    [Fact]
    public void Knossos_check_and_set_can_succeed_only_once() => Cannot(Put("a", 0, 1, 5), Cas(5, "b", 2, 10), Cas(5, "c", 2, 10));

    [Fact]
    public void Knossos_a_read_needs_a_write() => Cannot(Put("a", 0, 1), Read("b", 0, 2));

    [Fact]
    public void What_ends_when_another_begins_overlaps_it() => IsFine(Put("a", 0, 5), Read(null, 5, 6), Put("b", 6, 7));

    [Fact]
    public void An_unknown_write_may_come_late() => IsFine(Put("a", 0, Step.Open), Put("b", 1, 2), Read("b", 3, 4), Read("a", 5, 6));

    [Fact]
    public void An_unknown_write_may_never_come() => IsFine(Put("a", 0, Step.Open), Put("b", 1, 2), Read("b", 3, 4));

    [Fact]
    public void An_unknown_write_comes_once_only() =>
        Cannot(Put("a", 0, Step.Open), Put("b", 1, 2), Read("a", 3, 4), Put("c", 5, 6), Read("c", 7, 8), Read("a", 9, 10));

    [Fact]
    public void An_unknown_write_does_not_come_before_it_was_asked_for() => Cannot(Put("b", 0, 1), Read("a", 2, 3), Put("a", 4, Step.Open));

    [Fact]
    public void A_lost_acknowledged_write_is_found_with_its_witness()
    {
        var result = Cannot(Read(null, 0, 1), Put("a", 2, 3), Read("a", 4, 5), Put("b", 6, 7), Read("b", 8, 9), Read("b", 8, 9), Read("a", 10, 11));

        Assert.Equal(("a", 10L), (result.Impossible!.Value, result.Impossible.Begin));
        Assert.Equal("b", result.Before.Value);
        Assert.Equal([result.Impossible], result.History);
    }

    [Fact]
    public void Dozens_of_unknown_outcomes_among_thousands_of_steps_are_no_trouble()
    {
        var steps = new List<Step>();
        for (var at = 0; at < 2_000; at++)
        {
            if (at % 50 == 0) steps.Add(Put($"lost {at}", at * 10, Step.Open));
            steps.Add(Put($"{at}", at * 10, at * 10 + 12));
            steps.Add(Read($"{at}", at * 10 + 13, at * 10 + 18));
        }

        IsFine([.. steps]);
        Cannot([.. steps, Read("1998", 20_020, 20_021)]);
    }

    [Fact]
    public void Many_lost_attempts_of_one_write_are_no_trouble()
    {
        // Each write was tried eight times without an answer; any one of the eight may be the one that counted.
        var steps = new List<Step> { Put("0", 0, 1), Read("0", 2, 3, 1) };
        for (var at = 1; at < 60; at++)
        {
            for (var attempt = 0; attempt < 8; attempt++) steps.Add(Cas((ulong)at, $"{at}", at * 10 + attempt, Step.Open));
            steps.Add(Read($"{at}", at * 10 + 8, at * 10 + 9, (ulong)at + 1));
        }

        IsFine([.. steps]);
        Cannot([.. steps, Read("58", 700, 701)]);
    }
}
