using System.Xml.Linq;
using ConsulKvTools.HelpBuild.Maml;
using ConsulKvTools.HelpBuild.Pages;

namespace ConsulKvTools.HelpBuild.Tests;

public sealed class MamlTests
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly CommandPage Page = PageReader.Read("Get-ConsulKv.md", File.ReadAllText(Path.Combine(Surroundings.HelpFolder, "Get-ConsulKv.md")));
    private static readonly XElement Written = XDocument.Parse(MamlFile.Of([Page])).Root!.Elements().Single();

    [Fact]
    public void A_command_has_its_name_and_its_synopsis()
    {
        Assert.Equal("Get-ConsulKv", (string)Written.Element(Command + "details")!.Element(Command + "name")!);
        Assert.Equal(Page.Synopsis, (string)Written.Element(Command + "details")!.Element(Maml + "description")!);
    }

    [Fact]
    public void Each_set_has_its_parameters_in_the_order_of_the_syntax()
    {
        var sets = Written.Element(Command + "syntax")!.Elements().ToArray();
        Assert.Equal(Page.Sets.Count, sets.Length);
        Assert.Equal("Key", (string)sets[0].Element(Command + "parameter")!.Element(Maml + "name")!);
        Assert.DoesNotContain(sets[1].Elements(Command + "parameter"), parameter => (string)parameter.Element(Maml + "name")! == "Key");
    }

    [Fact]
    public void An_example_has_what_is_typed_and_then_what_is_shown_but_no_comment()
    {
        var example = Written.Element(Command + "examples")!.Elements().First();
        Assert.StartsWith("Get-ConsulKv app/config\n\nKey ", (string)example.Element(Dev + "code")!, StringComparison.Ordinal);
        Assert.DoesNotContain("setup:", example.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Online_help_is_the_first_link() => Assert.Equal(Page.OnlineVersion, (string)Written.Element(Command + "relatedLinks")!.Elements().First().Element(Maml + "uri")!);

    [Fact]
    public void Text_is_plain_whatever_the_page_makes_of_it()
    {
        Assert.Equal(["Use -Recurse, or see about_X.", "- one", "- two more", "x y"],
            ProseParts.Of("Use `-Recurse`, *or* see\n[about_X](about_X.md).\n\n- one\n- two\n  more\n\n<!-- hidden -->\n\n```\nx y\n```\n"));
        Assert.Equal(["There (https://a.example/b)"], ProseParts.Of("[There](https://a.example/b)"));
    }
}
