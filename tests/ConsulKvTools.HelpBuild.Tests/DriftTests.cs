using ConsulKvTools.HelpBuild.Cmdlets;
using ConsulKvTools.HelpBuild.Pages;

namespace ConsulKvTools.HelpBuild.Tests;

/// <summary>Each way in which page and cmdlet can come apart is noticed, from either side.</summary>
public sealed class DriftTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("helpbuild").FullName;

    public static TheoryData<string, string, string> OnThePage => new()
    {
        { "a parameter too many", "### -NamesOnly\n", "### -NamesToo\n\nText.\n\n```yaml\nType: String\nParameter Sets: (All)\nAliases:\n\nRequired: False\nPosition: Named\nDefault value: None\nAccept pipeline input: False\nAccept wildcard characters: False\n```\n\n### -NamesOnly\n" },
        { "a parameter under another name", "### -NamesOnly\n", "### -NameOnly\n" },
        { "an alias too few", "Aliases: Path\n", "Aliases:\n" },
        { "an alias too many", "Aliases: Path\n", "Aliases: Path, Name\n" },
        { "an accepted value too few", "Accepted values: Default, Consistent, Stale", "Accepted values: Default, Stale" },
        { "an accepted value too many", "Accepted values: Default, Consistent, Stale", "Accepted values: Default, Consistent, Stale, Old" },
        { "another default", "Default value: 30s", "Default value: 10s" },
        { "another type", "Type: ConsulKvSession", "Type: String" },
        { "another set", "Parameter Sets: Prefix\n", "Parameter Sets: (All)\n" },
        { "a set under another name", "### Prefix\n", "### Folder\n" },
        { "another default set", "### Key (Default)\n", "### Key\n" },
        { "a position that it has not", "Position: Named", "Position: 3" },
        { "an optional parameter that is mandatory", "Required: True", "Required: False" },
        { "another way through the pipeline", "True (ByPropertyName, ByValue)", "True (ByValue)" },
        { "wildcards", "Accept wildcard characters: False", "Accept wildcard characters: True" },
        { "another syntax", "[-NamesOnly]", "-NamesOnly" },
        { "another input", "### System.String\n", "### System.Int32\n" },
        { "another output", "### ConsulKvTools.ConsulKvEntry\n", "### ConsulKvTools.Entry\n" },
        { "another address", "online version: https://", "online version: http://" },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, MemberData(nameof(OnThePage))]
    public void A_page_that_says_something_else_is_outdated(string what, string from, string to)
    {
        var (file, text) = Copy("Get-ConsulKv");
        Assert.Empty(Outdated());
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The page has no '{from}' any more: look for another place that shows {what}.");
        File.WriteAllText(file, text[..at] + to + text[(at + from.Length)..]);
        Assert.Equal([file], Outdated().Select(one => one.File));
        // And what it has to be is what it was.
        if (!to.StartsWith("### -NameO", StringComparison.Ordinal)) Assert.Equal(Facts(text), Facts(Outdated().Single().Text!));
    }

    [Fact]
    public void A_cmdlet_without_a_page_is_told()
    {
        Assert.Equal(Surroundings.Cmdlets.Count, new HelpFolder(folder).Outdated(Surroundings.Cmdlets).Count());
    }

    [Fact]
    public void A_page_without_a_cmdlet_is_told()
    {
        var (file, text) = Copy("Get-ConsulKv");
        var stray = Path.Combine(folder, "Get-Stray.md");
        File.WriteAllText(stray, text);
        Assert.Equal([(stray, null)], Outdated());
        Assert.NotEqual(file, stray);
    }

    [Fact]
    public void A_new_parameter_gets_its_text_from_its_documentation_comment()
    {
        var (file, text) = Copy("Get-ConsulKv");
        var page = PageReader.Read(file, text);
        File.WriteAllText(file, PageText.Of(page with { Parameters = [.. page.Parameters.Where(parameter => parameter.Facts.Name != "Separator")] }));
        var wanted = PageReader.Read(file, Outdated().Single().Text!);
        Assert.Equal(Surroundings.Cmdlets.Single(cmdlet => cmdlet.Name == "Get-ConsulKv").Parameters.Single(parameter => parameter.Name == "Separator").Summary, wanted.Parameters.Single(parameter => parameter.Facts.Name == "Separator").Prose);
        Assert.NotEmpty(wanted.Parameters.Single(parameter => parameter.Facts.Name == "Separator").Prose);
    }

    [Fact]
    public void What_several_cmdlets_inherit_is_told_alike_on_all_their_pages()
    {
        var (file, text) = Copy("Get-ConsulKv");
        var session = One.Single().Parameters.Single(parameter => parameter.Name == "Session");
        Assert.True(session.IsShared);
        File.WriteAllText(file, text.Replace(session.Summary, "Words of its own.", StringComparison.Ordinal));
        Assert.Equal(text, Outdated().Single().Text);
    }

    [Theory]
    [InlineData("## SYNOPSIS\n\n", "the synopsis is empty")]
    [InlineData("## DESCRIPTION\n\n", "the description is empty")]
    [InlineData("## RELATED LINKS\n\n", "there are no related links")]
    [InlineData("### -Recurse\n\n", "-Recurse has no description")]
    [InlineData("### ConsulKvTools.ConsulKvEntry\n\n", "ConsulKvTools.ConsulKvEntry among the inputs and outputs has no description")]
    public void A_text_that_is_empty_is_told(string heading, string gap)
    {
        var (file, text) = Copy("Get-ConsulKv");
        var start = text.IndexOf(heading, StringComparison.Ordinal) + heading.Length;
        var ends = new[] { "\n## ", "\n### ", "\n```yaml" }.Select(end => text.IndexOf(end, start - 1, StringComparison.Ordinal)).Where(end => end > 0).DefaultIfEmpty(text.Length);
        var page = PageReader.Read(file, text[..start] + text[ends.Min()..]);
        Assert.Contains(gap, PageGaps.Of(page, null));
    }

    [Fact]
    public void Two_examples_are_too_few_and_one_must_say_what_comes_of_it()
    {
        var (file, text) = Copy("Get-ConsulKv");
        var page = PageReader.Read(file, text);
        Assert.Empty(PageGaps.Of(page, null));
        Assert.Contains("there are 2 examples, 3 are the least", PageGaps.Of(page with { Examples = [.. page.Examples.Take(2)] }, null));
        var silent = new PageExample(1, "Do it", "```powershell\nGet-ConsulKv a\n```\n\nText.");
        Assert.Contains(PageGaps.Of(page with { Examples = [silent, .. page.Examples.Skip(1)] }, null), gap => gap.Contains("nothing of what it says is tested", StringComparison.Ordinal));
    }

    [Fact]
    public void A_range_that_the_text_does_not_give_is_told()
    {
        var (file, text) = Copy("New-ConsulRetryPolicy");
        var cmdlet = Surroundings.Cmdlets.Single(one => one.Name == "New-ConsulRetryPolicy");
        Assert.Empty(PageGaps.Of(PageReader.Read(file, text), cmdlet));
        Assert.Contains("-MaxAttempts does not say its range, 1 to 100", PageGaps.Of(PageReader.Read(file, text.Replace("1 to 100;", "some;", StringComparison.Ordinal)), cmdlet));
    }

    [Theory]
    [InlineData("## SYNTAX\n", "## SYNTAXES\n", "there is no section 'SYNTAXES'")]
    [InlineData("## NOTES\n", "", "the page needs one section 'NOTES'")]
    [InlineData("### Example 1: ", "### ", "the heading has to begin with 'Example 1: '")]
    [InlineData("Position: 0\n", "Position: [0\n", "")]
    [InlineData("Default value: None\n", "", "the yaml block has no 'Default value'")]
    public void A_page_that_cannot_be_read_is_told_with_its_line(string from, string to, string problem)
    {
        var (file, text) = Copy("Get-ConsulKv");
        var at = text.IndexOf(from, StringComparison.Ordinal);
        var thrown = Assert.Throws<HelpPageException>(() => PageReader.Read(file, text[..at] + to + text[(at + from.Length)..]));
        Assert.Contains(problem, thrown.Message);
        Assert.Matches(@"Get-ConsulKv\.md\(\d+\): ", thrown.Message);
    }

    private static IEnumerable<CmdletFacts> One => Surroundings.Cmdlets.Where(cmdlet => cmdlet.Name == "Get-ConsulKv");

    private (string File, string? Text)[] Outdated() => [.. new HelpFolder(folder).Outdated([.. One])];

    private static string Facts(string text)
    {
        var page = PageReader.Read("page", text);
        return PageText.Of(page with { Parameters = [.. page.Parameters.Select(parameter => parameter with { Prose = "" })], Inputs = [.. page.Inputs.Select(type => type with { Prose = "" })], Outputs = [.. page.Outputs.Select(type => type with { Prose = "" })] });
    }

    private (string File, string Text) Copy(string name)
    {
        var file = Path.Combine(folder, name + ".md");
        var text = File.ReadAllText(Path.Combine(Surroundings.HelpFolder, name + ".md"));
        File.WriteAllText(file, text);
        return (file, text);
    }
}
