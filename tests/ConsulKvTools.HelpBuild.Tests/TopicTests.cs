using ConsulKvTools.HelpBuild.Pages;
using ConsulKvTools.HelpBuild.Topics;

namespace ConsulKvTools.HelpBuild.Tests;

public sealed class TopicTests
{
    private const string Start = "# about_X\n\n## Short description\n\nSays x.\n\n";

    [Fact]
    public void The_fifth_line_is_the_short_description() => Assert.Equal("    Says x.", TopicText.Of("about_X.md", Start, "").Split('\n')[4]);

    [Theory]
    [InlineData("# about_Y\n\n## Short description\n\nSays y.\n")]
    [InlineData("# about_X\n\nSays x.\n")]
    [InlineData("# about_X\n\n## Short description\n\nSays x in so many words that they do not fit into the one line which is shown in a list of topics.\n")]
    public void A_topic_that_a_list_could_not_show_is_refused(string markdown) => Assert.Throws<HelpPageException>(() => TopicText.Of("about_X.md", markdown, ""));

    [Fact]
    public void Lines_end_at_80_columns_and_lists_hang()
    {
        var text = TopicText.Of("about_X.md", Start + "## Long description\n\n- " + string.Concat(Enumerable.Repeat("word ", 40)) + "\n", "");
        var lines = text.Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 80));
        Assert.Contains(lines, line => line.StartsWith("    - word", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("      word", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_of_two_stands_side_by_side_and_a_wider_one_is_told_row_by_row()
    {
        Assert.Contains("    Written  done\n    Failed   not done\n", TopicText.Of("about_X.md", Start + "| a | b |\n|---|---|\n| Written | done |\n| Failed | not done |\n", ""));
        Assert.Contains("    x\n        b: 1\n        c: 2\n", TopicText.Of("about_X.md", Start + "| a | b | c |\n|---|---|---|\n| x | 1 | 2 |\n", ""));
    }

    [Fact]
    public void Findings_come_where_the_page_says() =>
        Assert.Contains("ALL CODES\nHERE", TopicText.Of("about_X.md", Start + "## All codes\n\n<!-- findings -->\n", "HERE"));
}
