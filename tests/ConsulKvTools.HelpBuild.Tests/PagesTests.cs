namespace ConsulKvTools.HelpBuild.Tests;

public sealed class PagesTests
{
    private static readonly HelpFolder Pages = new(Surroundings.HelpFolder);

    [Fact]
    public void Every_page_says_what_its_cmdlet_is_and_every_cmdlet_has_one() =>
        Assert.Empty(Pages.Outdated(Surroundings.Cmdlets).Select(one => $"{one.File}: run the tool's 'update' and look at the difference"));

    [Fact]
    public void No_page_lacks_a_text_an_example_or_a_range() => Assert.Empty(Pages.Gaps(Surroundings.Cmdlets));

    [Fact]
    public void The_cmdlets_are_those_of_the_manifest()
    {
        var manifest = File.ReadAllText(Path.Combine(Surroundings.HelpFolder, "..", "..", "ConsulKvTools.psd1"));
        Assert.All(Surroundings.Cmdlets, cmdlet => Assert.Contains($"'{cmdlet.Name}'", manifest));
        Assert.NotEmpty(Surroundings.Cmdlets);
    }

    [Fact]
    public void Every_link_between_pages_leads_to_a_page()
    {
        foreach (var file in Pages.CommandFiles.Concat(Pages.TopicFiles))
            foreach (var link in Markdig.Syntax.MarkdownObjectExtensions.Descendants<Markdig.Syntax.Inlines.LinkInline>(new Pages.MarkdownText(File.ReadAllText(file)).Document))
                if (link.Url is { } url && !url.Contains("://", StringComparison.Ordinal))
                    Assert.True(File.Exists(Path.Combine(Surroundings.HelpFolder, url)), $"{Path.GetFileName(file)} links to {url}");
    }

    [Fact]
    public void A_page_comes_out_as_it_went_in()
    {
        foreach (var file in Pages.CommandFiles)
        {
            var text = File.ReadAllText(file);
            Assert.Equal(text, HelpBuild.Pages.PageText.Of(HelpBuild.Pages.PageReader.Read(file, text)));
        }
    }

    [Fact]
    public void Topics_know_every_code_of_the_catalogue()
    {
        var findings = Pages.Shipped().Single(file => file.Name == "about_ConsulKvFindings.help.txt").Text;
        Assert.All(FindingCatalogue.All, row => Assert.Contains($"\n  {row.Code} ({row.Severity})\n", findings));
    }
}
