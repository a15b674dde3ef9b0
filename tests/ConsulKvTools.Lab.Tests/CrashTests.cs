using System.Diagnostics;

namespace ConsulKvTools.Lab;

public sealed class CrashTests
{
    private const string ReportTo = "LAB_CRASH_REPORT";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Crash_with_an_agent_running()
    {
        var report = Environment.GetEnvironmentVariable(ReportTo);
        Assert.SkipWhen(report is null, "Only run by the test below.");
        var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        await File.WriteAllTextAsync(report, $"{agent.ProcessId}\n{Path.GetDirectoryName(agent.LogFile)}", Stop);
        Process.GetCurrentProcess().Kill();
    }

    [Fact]
    public async Task Agents_end_with_a_killed_parent_and_their_files_are_swept_up()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere the sweep alone ends them.");
        var report = Path.GetTempFileName();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Under "dotnet exec" the process is dotnet; otherwise it is the test executable itself.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        foreach (var argument in (string[])["-explicit", "only", "-method", $"*.{nameof(Crash_with_an_agent_running)}"]) start.ArgumentList.Add(argument);
        start.Environment[ReportTo] = report;
        using var doomed = Process.Start(start)!;
        await doomed.StandardOutput.ReadToEndAsync(Stop);
        await doomed.WaitForExitAsync(Stop);
        Assert.Equal(137, doomed.ExitCode);

        var lines = await File.ReadAllLinesAsync(report, Stop);
        File.Delete(report);
        for (var i = 0; i < 100 && ProcessIdentity.Of(int.Parse(lines[0])) is not null; i++) await Task.Delay(20, Stop);
        Assert.Null(ProcessIdentity.Of(int.Parse(lines[0])));

        Assert.True(Directory.Exists(lines[1]));
        AbandonedLabs.Sweep();
        Assert.False(Directory.Exists(lines[1]));
    }

    [Fact]
    public async Task The_sweep_ends_recorded_processes_only_and_never_those_of_a_living_owner()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Stands on sleep.");
        using var orphan = Process.Start("sleep", "60");
        using var stranger = Process.Start("sleep", "60");
        using var kept = LabDirectory.Create("kept");
        var abandoned = Directory.CreateDirectory(Path.Combine(LabDirectory.Runs, $"test-{Guid.NewGuid():N}")).FullName;
        var reused = ProcessIdentity.Of(stranger.Id)! with { Start = "another time" };
        await File.WriteAllLinesAsync(Path.Combine(abandoned, "children"), [ProcessIdentity.Of(orphan.Id)!.ToString(), reused.ToString()], Stop);
        await File.WriteAllLinesAsync(Path.Combine(abandoned, "owner"), [ProcessIdentity.Scope, $"{Environment.ProcessId} another-time"], Stop);

        AbandonedLabs.Sweep();
        await orphan.WaitForExitAsync(Stop);
        Assert.False(Directory.Exists(abandoned));
        Assert.True(Directory.Exists(kept.Path));
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }
}
