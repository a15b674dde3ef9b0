using System.Globalization;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv demo</c> names every cause, and leaves nothing behind, however it ends.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task Every_cause_is_named()
    {
        var run = (await new ConsulKvProcess().RunAsync("demo")).Exits(ExitCode.Healthy);
        Assert.DoesNotContain("✗ wrong", run.Output, StringComparison.Ordinal);
        foreach (var code in new[] { "Port.ConsulRpc", "Tcp.Refused", "Http.TlsRequired", "Tls.CertificateExpired", "Limit.KvMaxValueSize" })
            Assert.Contains(code, run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(FolderIn(run.Output)));
    }

    [Fact]
    public async Task Ctrl_C_ends_everything_the_demo_started()
    {
        Assert.SkipUnless(CancellationTests.CanInterrupt, "No signals here, or SIGINT is ignored by whoever started the tests.");
        using var demo = new ConsulKvProcess().Start("demo");
        var folder = "";
        while (folder.Length == 0)
        {
            var line = await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(await demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            folder = FolderIn(line);
        }
        var agents = ChildrenOf(demo.Id);
        Assert.NotEmpty(agents);

        await CancellationTests.InterruptAsync(demo);
        var rest = demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await demo.WaitForExitAsync(patience.Token);
        await rest;

        Assert.Equal(ExitCode.CouldNotRun, demo.ExitCode);
        Assert.Contains("stopped", await demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.All(agents, agent => Assert.False(IsAlive(agent), $"The agent {agent.Id} still runs."));
        Assert.False(Directory.Exists(folder), folder);
    }

    private static string FolderIn(string text) => FilesIn().Match(text) is { Success: true } match ? match.Groups[1].Value : "";

    // A process id comes back sooner or later; with its start time it is unique.
    private static List<(int Id, string Started)> ChildrenOf(int parent)
    {
        var children = new List<(int, string)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } fields && fields[1] == parent.ToString(CultureInfo.InvariantCulture))
                children.Add((id, fields[19]));
        return children;
    }

    private static bool IsAlive((int Id, string Started) process) => Stat(process.Id) is { } fields && fields[19] == process.Started && fields[0] != "Z";

    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\(files in (.+)\)")]
    private static partial Regex FilesIn();
}
