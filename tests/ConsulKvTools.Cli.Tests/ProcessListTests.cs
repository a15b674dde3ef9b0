using System.Globalization;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Who looks at the process list sees no token, whichever way it came in.</summary>
public sealed class ProcessListTests(AgentFixture fixture)
{
    [Theory]
    [InlineData("variable")]
    [InlineData("file")]
    [InlineData("input")]
    public async Task No_token_stands_in_the_command_line(string way)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        // The value, or the token, is awaited on standard input: long enough to look.
        var runner = way == "variable" ? fixture.Process() : fixture.Process().With("CONSUL_HTTP_TOKEN", null);
        string[] line = way switch
        {
            "file" => ["set", "app/list", "-", "--token-file", fixture.WriterFile],
            "input" => ["set", "app/list", "v", "--token-stdin"],
            _ => ["set", "app/list", "-"],
        };
        using var process = runner.Start(line);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        var commandLine = await File.ReadAllTextAsync($"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}/cmdline", TestContext.Current.CancellationToken);
        await process.StandardInput.WriteLineAsync(way == "input" ? fixture.Writer.SecretId : "v");
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("app/list", commandLine, StringComparison.Ordinal);
        Secrets.AssertAbsent(commandLine, "The command line");
    }
}
