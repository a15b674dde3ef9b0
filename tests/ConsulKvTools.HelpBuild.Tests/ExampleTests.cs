using ConsulKvTools.HelpBuild.Examples;

namespace ConsulKvTools.HelpBuild.Tests;

public sealed class ExampleTests
{
    [Fact]
    public void An_example_has_what_is_typed_shown_prepared_and_checked()
    {
        var found = ExampleReader.Read("P", "### Example 1: Do it\n\n<!-- setup: $a = 1 -->\n<!-- check: $a -eq 1 -->\n\n<!-- error: Key.Missing -->\n\n```powershell\nUse-It $a\n```\n\n```output\n1\n```\n\n### Example 2: Do more\n\n```powershell\nUse-It\n```\n");
        Assert.Equal(2, found.Count);
        Assert.Equal(("P", "Example 1: Do it", "Use-It $a", "$a = 1", "1"), (found[0].Page, found[0].Title, found[0].Code, found[0].Setup, found[0].Output));
        Assert.Equal(["$a -eq 1"], found[0].Check);
        Assert.Equal(["Key.Missing"], found[0].Errors);
        Assert.Equal(("", null), (found[1].Setup, found[1].Output));
    }
}
