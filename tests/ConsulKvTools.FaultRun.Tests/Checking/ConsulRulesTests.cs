using ConsulKvTools.FaultRun.Checking;
using static ConsulKvTools.FaultRun.Tests.Checking.Histories;

namespace ConsulKvTools.FaultRun.Tests.Checking;

/// <summary>Consul's own rules for a key, as the checker knows them.</summary>
public sealed class ConsulRulesTests
{
    [Fact]
    public void An_identical_value_does_not_move_the_index()
    {
        IsFine(Put("a", 0, 1, 5), Put("a", 2, 3), Read("a", 4, 5, 5));
        Cannot(Put("a", 0, 1, 5), Put("a", 2, 3), Read("a", 4, 5, 6));
        IsFine(Put("a", 0, 1, 5), Cas(5, "a", 2, 3), Cas(5, "b", 4, 5));
    }

    [Fact]
    public void An_index_only_grows()
    {
        IsFine(Put("a", 0, 1), Read("a", 2, 3, 5), Put("b", 4, 5), Read("b", 6, 7, 6));
        Cannot(Put("a", 0, 1), Read("a", 2, 3, 5), Put("b", 4, 5), Read("b", 6, 7, 4));
        Cannot(Put("a", 0, 1), Read("a", 2, 3, 5), Delete(4, 5), Put("a", 6, 7), Read("a", 8, 9, 5));
    }

    [Fact]
    public void An_index_is_above_all_that_had_been_seen_when_the_write_began()
    {
        IsFine(Put("a", 0, 1) with { Floor = 10 }, Read("a", 2, 3, 11));
        Cannot(Put("a", 0, 1) with { Floor = 10 }, Read("a", 2, 3, 10));
    }

    [Fact]
    public void Two_reads_of_one_state_tell_one_index() => Cannot(Put("a", 0, 1), Read("a", 2, 3, 5), Read("a", 4, 5, 6));

    [Fact]
    public void Check_and_set_with_0_creates_only()
    {
        IsFine(Cas(0, "a", 0, 1), Refused(0, 2, 3), Delete(4, 5), Cas(0, "b", 6, 7));
        Cannot(Put("a", 0, 1), Cas(0, "b", 2, 3));
        Cannot(Refused(0, 0, 1));
    }

    [Fact]
    public void Check_and_set_of_a_missing_key_is_refused()
    {
        IsFine(Refused(5, 0, 1));
        Cannot(Cas(5, "a", 0, 1));
    }

    [Fact]
    public void A_refused_check_says_that_the_index_was_another()
    {
        IsFine(Put("a", 0, 1, 5), Refused(4, 2, 3));
        Cannot(Put("a", 0, 1, 5), Refused(5, 2, 3));
        Cannot(Put("a", 0, 1), Refused(5, 2, 3), Read("a", 4, 5, 5));
        IsFine(Put("a", 0, 1), Refused(5, 2, 3), Refused(4, 2, 3), Read("a", 4, 5, 6));
    }

    [Fact]
    public void Removing_a_missing_key_by_check_and_set_is_true()
    {
        IsFine(DeleteCas(5, 0, 1));
        Cannot(DeleteRefused(5, 0, 1));
    }

    [Fact]
    public void Removing_by_check_and_set_needs_the_index()
    {
        IsFine(Put("a", 0, 1, 5), DeleteCas(5, 2, 3), Read(null, 4, 5));
        Cannot(Put("a", 0, 1, 5), DeleteCas(4, 2, 3));
        IsFine(Put("a", 0, 1, 5), DeleteRefused(4, 2, 3));
        Cannot(Put("a", 0, 1, 5), DeleteRefused(5, 2, 3));
    }

    [Fact]
    public void A_lost_counter_increment_is_found() =>
        // Two clients count from 5 to 6 and both are told that they did.
        Cannot(Put("5", 0, 1, 7), Read("5", 2, 3, 7), Read("5", 2, 3, 7), Cas(7, "6", 4, 9), Cas(7, "6", 4, 9), Read("6", 10, 11));
}
