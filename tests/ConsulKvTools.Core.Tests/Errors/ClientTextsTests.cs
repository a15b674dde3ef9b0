using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Tests.Errors;

/// <summary>The clients' texts as data.</summary>
public sealed class ClientTextsTests
{
    [Fact]
    public void Every_row_can_be_searched_and_names_a_code_or_an_answer()
    {
        Assert.True(ClientTexts.All.Count >= 200);
        Assert.All(ClientTexts.All, row =>
        {
            Assert.NotEmpty(row.Words);
            Assert.All(row.Words, word => Assert.True(word.Length >= 3 && word == word.ToLowerInvariant() && word.All(char.IsAscii), word));
            if (row.Code is { } code) Assert.NotNull(FindingCatalogue.Find(code));
            else Assert.True(row.Pattern!.Contains("(?<body>", StringComparison.Ordinal) || row.Pattern.Contains("(?<status>", StringComparison.Ordinal), row.Pattern);
            if (row.Pattern is not null) _ = new Regex(row.Pattern);
        });
    }

    [Fact]
    public void Every_text_of_Consuls_has_words_that_it_can_be_searched_by()
    {
        var without = ServerTexts.All.Where(row => !string.IsNullOrEmpty(row.Text) && RequiredWords.Of(row) is null).Select(row => row.Text);
        Assert.Empty(without);
        Assert.Equal("lacks permission 'session:write'", RequiredWords.Of(ServerTexts.All.First(row => row.Code == "Acl.SessionWriteMissing")));
    }

    [Fact]
    public void The_search_finds_words_that_begin_end_and_overlap_each_other_in_either_case()
    {
        var search = new WordSearch([("he", 1), ("she", 2), ("his", 3), ("hers", 4)]);
        var found = new SortedSet<int>();
        search.Find("uSHErs", found);
        Assert.Equal([1, 2, 4], found);
        Assert.True(search.IsIn("xxHIS"));
        Assert.False(search.IsIn("h\u0130s hsi s-he-r".AsSpan(0, 7)));
        Assert.False(search.IsIn(""));
    }
}
