using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Ctrl+C is heard within a second, and nothing is claimed that is not known.</summary>
public sealed class CancellationTests : IDisposable
{
    // Takes connections and never says a word.
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);

    public CancellationTests() => silent.Start();

    [Theory]
    [InlineData("get k", ExitCode.CouldNotRun)]
    [InlineData("test", ExitCode.CouldNotRun)]
    [InlineData("diagnose k", ExitCode.CouldNotRun)]
    // The request was sent, the answer is unknown: that is a result, not a failure to run.
    [InlineData("set k v", ExitCode.Fault)]
    public async Task A_command_that_waits_stops_at_once(string line, int exitCode)
    {
        Assert.SkipUnless(CanInterrupt, "No signals here, or SIGINT is ignored by whoever started the tests.");
        using var process = new ConsulKvProcess().Start([.. line.Split(' '), "--address", $"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", "--output", "json"]);
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await InterruptAsync(process);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, process.ExitCode);
        // A second is the promise; the rest is for a machine under load.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4), $"{clock.Elapsed}");
        if (exitCode == ExitCode.Fault) Assert.Contains("\"Unknown\"", output, StringComparison.Ordinal);
    }

    public void Dispose() => silent.Dispose();

    /// <summary>True when SIGINT reaches a child; one started in the background of a shell inherits its being ignored.</summary>
    internal static bool CanInterrupt => OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } mask
        && (ulong.Parse(mask.AsSpan(8).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) == 0;

    internal static async Task InterruptAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
