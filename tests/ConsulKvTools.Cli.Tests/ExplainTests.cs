using System.Text.RegularExpressions;
using ConsulKvTools.Cli.Views;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Every code of the catalogue is explained, to people and to programs.</summary>
public sealed partial class ExplainTests
{
    [Fact]
    public async Task Every_code_is_explained()
    {
        Assert.True(FindingCatalogue.All.Count >= 60);
        foreach (var row in FindingCatalogue.All)
        {
            var text = (await InProcess.RunAsync("explain", row.Code)).Exits(ExitCode.Healthy).Output;
            Assert.Contains(row.Code, text, StringComparison.Ordinal);
            foreach (var part in new[] { "cause", "remedy" }) Assert.Contains($"\n  {part} ", text, StringComparison.Ordinal);
            Assert.All(text.Split('\n').Where(line => !line.StartsWith("  command", StringComparison.Ordinal)), line => Assert.True(line.Length <= 100 || !line.TrimStart().Contains("  ", StringComparison.Ordinal), line));

            var document = (await InProcess.RunAsync("explain", row.Code, "--output", "json")).Exits(ExitCode.Healthy).Document("explanation");
            Assert.Equal(row.Code, document.GetProperty("code").GetString());
            Assert.Equal(row.Severity.ToString(), document.GetProperty("severity").GetString());
        }
    }

    [Fact]
    public async Task Without_a_code_all_are_listed()
    {
        var text = (await new ConsulKvProcess().RunAsync("explain")).Exits(ExitCode.Healthy).Output;
        Assert.All(FindingCatalogue.All, row => Assert.Contains($"  {row.Code} ", text, StringComparison.Ordinal));
        var document = (await InProcess.RunAsync("explain", "--output", "json")).Document("catalogue");
        Assert.Equal(FindingCatalogue.All.Count, document.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public async Task Letter_case_does_not_matter() =>
        Assert.Contains("Acl.PermissionDenied", (await new ConsulKvProcess().RunAsync("explain", "acl.permissiondenied")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);

    /// <summary>Nobody who has no PowerShell is told to run one of our cmdlets, and what they are told to run instead is understood.</summary>
    [Fact]
    public void Commands_of_the_catalogue_are_commands_of_a_shell()
    {
        var line = new CommandLine(Surroundings.OfThisProcess());
        foreach (var row in FindingCatalogue.All)
        {
            if (ForShell.Of(row).Command is not { } command || !command.StartsWith("consulkv ", StringComparison.Ordinal)) continue;
            // Places in braces stand for what the finding fills in: a duration, a number, an operation where one belongs.
            var filled = command.Replace("{timeout}", "15s", StringComparison.Ordinal).Replace("{index}", "1", StringComparison.Ordinal).Replace("{seconds}", "30", StringComparison.Ordinal).Replace("{operation}", "write", StringComparison.Ordinal);
            var words = ShellWord().Matches(filled).Skip(1).Select(match => match.Value.Trim('\'')).ToArray();
            Assert.True(UsageProblems.Of(line.Parse(words)) is { Count: 0 }, $"{row.Code}: {command}: {string.Join(" ", UsageProblems.Of(line.Parse(words)))}");
        }
    }

    [Fact]
    public void No_cmdlet_of_ours_is_left_in_a_command()
    {
        foreach (var row in FindingCatalogue.All)
        {
            if (ForShell.Of(row).Command is not { } command) continue;
            // What consulkv has no verb for is met by those who have the module; they are told so by the name of its shell.
            foreach (Match cmdlet in OurCmdlet().Matches(PowerShell().Replace(command, match => HasVerb(match.Groups[1].Value) ? match.Value.Replace("pwsh", "", StringComparison.Ordinal) : "")))
                // A retry policy is an object of the module; the executable has one option for it, and no command.
                Assert.True(cmdlet.Value == "New-ConsulRetryPolicy", $"{row.Code}: {command}");
        }

        bool HasVerb(string words) => ShellCommand.Of(words.Trim()) is { } shell && shell.StartsWith("consulkv ", StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_of_cmdlets_are_named_as_options()
    {
        foreach (var row in FindingCatalogue.All.Select(ForShell.Of))
            // -Encoding is PowerShell's own; -ProxyCredential and -LogPath have no counterpart: variables hold the password and the path.
            // Measurements, logs and locks are the module's alone.
            Assert.DoesNotContain(Parameter().Matches(row.Title + " " + row.Cause + " " + row.Remedy), match => match.Value is not ("-Encoding" or "-ProxyCredential" or "-LogPath") && row.Code.Split('.')[0] is not ("Capacity" or "Log" or "Lock"));
    }

    [GeneratedRegex(@"(?<![\w-])-[A-Z]\w+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex ShellWord();

    [GeneratedRegex("pwsh -c \"([^\"]*)\"")]
    private static partial Regex PowerShell();

    [GeneratedRegex(@"\b(Get|Set|Remove|Test|Invoke|New|Resolve|Export|Import|Compare|Watch|Measure|Search)-Consul\w+")]
    private static partial Regex OurCmdlet();
}
