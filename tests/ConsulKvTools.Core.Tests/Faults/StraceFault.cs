using System.Diagnostics;

namespace ConsulKvTools.Tests.Faults;

/// <summary>Makes one system call of a running process fail or take long, until disposed (Linux, strace, the right to trace).</summary>
internal sealed class StraceFault : IDisposable
{
    private readonly Process tracer;

    /// <summary>Starts it.</summary>
    /// <param name="process">The process's id.</param>
    /// <param name="injection">As strace's <c>inject=</c> takes it: <c>fdatasync:delay_enter=1500000</c>, <c>pwrite64:error=EROFS</c>.</param>
    public StraceFault(int process, string injection) => tracer = Process.Start(new ProcessStartInfo(
        Strace!, ["-f", "-qq", "-o", "/dev/null", "-e", "trace=" + injection.Split(':')[0], "-e", "inject=" + injection, "-p", $"{process}"]))!;

    /// <summary>Why it cannot be done here, for a test to skip with; null when it can.</summary>
    public static string? WhyNot { get; } = FindWhyNot();

    private static string? Strace =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "strace")).FirstOrDefault(File.Exists);

    public void Dispose()
    {
        // On SIGTERM it lets its tracees go on.
        using (var kill = Process.Start("kill", $"{tracer.Id}")) kill.WaitForExit();
        tracer.WaitForExit(10_000);
        tracer.Dispose();
    }

    private static string? FindWhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "strace exists on Linux only";
        if (Strace is not { } strace) return "strace, which makes disks slow or read-only, is not installed";
        using var sleeper = Process.Start("sleep", "30");
        using var probe = Process.Start(new ProcessStartInfo(strace, ["-f", "-qq", "-o", "/dev/null", "-p", $"{sleeper.Id}"]) { RedirectStandardError = true })!;
        var refused = probe.WaitForExit(500);
        sleeper.Kill();
        probe.WaitForExit(5_000);
        return refused ? "strace may not trace other processes here" : null;
    }
}
