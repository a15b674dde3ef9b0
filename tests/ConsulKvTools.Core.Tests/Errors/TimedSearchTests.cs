using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>The limit of time is one of the clock, so one miss of it says nothing of the text.</summary>
public sealed class TimedSearchTests
{
    [Theory]
    [InlineData(0, 1, "found")]
    [InlineData(1, 2, "found")]
    [InlineData(2, 2, "too slow")]
    [InlineData(9, 2, "too slow")]
    public void One_miss_is_forgiven_and_two_are_not(int misses, int searches, string outcome)
    {
        var run = 0;
        Assert.Equal(outcome, TimedSearch.In("text", _ => run++ < misses ? throw new RegexMatchTimeoutException() : "found", _ => "too slow"));
        Assert.Equal(searches, run);
    }

    [Fact]
    public void What_never_ends_is_no_match()
    {
        var endless = new Regex("^(a+)+$", RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(20));
        Assert.Null(TimedSearch.Find(endless, new string('a', 60) + "b"));
        Assert.NotNull(TimedSearch.Find(endless, "aaa"));
        Assert.Null(TimedSearch.Find(endless, "b"));
    }

    [Fact]
    public void Any_other_failure_goes_on() => Assert.Throws<FormatException>(() => TimedSearch.In<string, string>("text", _ => throw new FormatException(), _ => "too slow"));
}
