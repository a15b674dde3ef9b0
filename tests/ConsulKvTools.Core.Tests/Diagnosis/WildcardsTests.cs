using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Patterns of keys.</summary>
public sealed class WildcardsTests
{
    [Theory]
    [InlineData("tmp/*", "tmp/a/b", true)]
    [InlineData("tmp/*", "x/tmp/", false)]
    [InlineData("*/tmp/*/x", "a/tmp/b/x/tmp/c/x", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a[1]", "a[1]", true)]
    [InlineData("a[1]", "a1", false)]
    [InlineData("a*", "a\nb\n", true)]
    [InlineData("a", "a\n", false)]
    [InlineData("A", "a", false)]
    [InlineData("", "", true)]
    [InlineData("**", "", true)]
    public void A_star_is_any_text_and_a_question_mark_any_character(string pattern, string key, bool matches) => Assert.Equal(matches, Wildcards.Of(pattern, RegexOptions.None).IsMatch(key));

    [Fact]
    public void They_match_what_a_search_of_all_possibilities_finds()
    {
        var texts = Gen.Elements("a", "b", "*", "?", "ab", "/").ArrayOf().Select(parts => string.Concat(parts.Take(8)));
        Prop.ForAll(texts.ToArbitrary(), texts.Select(text => text.Replace("*", "a").Replace("?", "b")).ToArbitrary(), (string pattern, string key) =>
            Assert.Equal(Search(pattern, key), Wildcards.Of(pattern, RegexOptions.None).IsMatch(key))).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact(Timeout = 60_000)]
    public async Task No_pattern_takes_long_however_many_stars_it_has()
    {
        await Task.Yield();
        Assert.DoesNotMatch(Wildcards.Of(string.Concat(Enumerable.Repeat("*a", 30)) + "*b", RegexOptions.None), new string('a', 20_000));
        Assert.DoesNotMatch(Wildcards.Of("*a*a*a*a*a*a*a*a*b", RegexOptions.IgnoreCase), new string('A', 20_000));
    }

    private static bool Search(string pattern, string text) =>
        pattern.Length == 0 ? text.Length == 0
        : pattern[0] == '*' ? Search(pattern[1..], text) || (text.Length > 0 && Search(pattern, text[1..]))
        : text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Search(pattern[1..], text[1..]);
}
