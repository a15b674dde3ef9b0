using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Colour is on marks and status words only, and only where it is wanted.</summary>
public sealed partial class ColorTests(AgentFixture fixture)
{
    private static readonly TerminalAbilities Colorful = new(Unicode: true, Color: true, Progress: false, Width: 100);

    private ConsulEnvironment Environment => new(new Dictionary<string, string>
    {
        ["CONSUL_HTTP_ADDR"] = fixture.Agent.HttpAddress!.OriginalString,
        ["CONSUL_HTTP_TOKEN"] = fixture.Reader.SecretId,
    });

    [Fact]
    public async Task Only_marks_and_status_words_are_coloured()
    {
        var text = (await InProcess.RunAsync(Colorful, Environment, "diagnose", "app/x")).Exits(ExitCode.Fault).Output;
        var painted = Painted().Matches(text).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(painted);
        Assert.All(painted, part => Assert.True(part.Length == 1 || part is "HEALTHY" or "DEGRADED" or "FAULTY", part));
        Assert.Equal(text.Count(letter => letter == '\u001b'), painted.Length * 2);
    }

    [Fact]
    public async Task No_color_means_none() =>
        Assert.DoesNotContain("\u001b", (await InProcess.RunAsync(Colorful, Environment, "diagnose", "app/x", "--no-color")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_pipe_gets_none() =>
        Assert.DoesNotContain("\u001b", (await fixture.ReadOnlyProcess().RunAsync("set", "app/x", "v")).Output, StringComparison.Ordinal);

    [GeneratedRegex("\u001b\\[[0-9;]+m([^\u001b]*)\u001b\\[0m")]
    private static partial Regex Painted();
}
