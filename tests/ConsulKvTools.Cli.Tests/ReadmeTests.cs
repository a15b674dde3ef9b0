namespace ConsulKvTools.Cli.Tests;

/// <summary>Every line of the README that calls consulkv works as it stands there.</summary>
public sealed class ReadmeTests(AgentFixture fixture)
{
    [Fact]
    public async Task Every_consulkv_line_works_in_the_order_it_is_shown()
    {
        var lines = File.ReadLines(Path.Combine(Root(), "README.md")).Where(line => line.StartsWith("consulkv ", StringComparison.Ordinal)).ToArray();
        Assert.True(lines.Length >= 6);
        foreach (var line in lines)
            (await fixture.Process().RunAsync(line.Split(' ')[1..])).Exits(ExitCode.Healthy);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConsulKvTools.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
