using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Module.Tests;

/// <summary>All Pester suites, run once in one real PowerShell.</summary>
internal static class PesterRun
{
    private const int PesterMissing = 90;
    private const int PowerShellTooOld = 91;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(25);
    private static readonly Lazy<Task<IReadOnlyList<PesterTest>>> Once = new(() => Task.Run(RunAsync));

    /// <summary>Each test with its result; where nothing can be run, each as skipped with the reason.</summary>
    public static Task<IReadOnlyList<PesterTest>> TestsAsync() => Once.Value;

    private static async Task<IReadOnlyList<PesterTest>> RunAsync()
    {
        var suites = Folder("SuitesFolder");
        if (PowerShellLocation.Find() is not { } shell)
            return PesterSource.AllSkipped(suites, "PowerShell is not installed here. Install PowerShell 7.6 or newer (https://aka.ms/install-powershell, or: dotnet tool install --global PowerShell) and Pester 5, or set PWSH to its path.");
        var results = Path.Combine(Path.GetTempPath(), $"consulkvtools-pester-{Guid.NewGuid():N}.json");
        try
        {
            var (exit, output) = await RunShellAsync(shell, Path.Combine(suites, "run.ps1"), results);
            return exit switch
            {
                PesterMissing => PesterSource.AllSkipped(suites, "Pester 5 is not installed in this PowerShell. Install it: Install-Module Pester -MinimumVersion 5.5 -MaximumVersion 5.99 -Force -SkipPublisherCheck"),
                PowerShellTooOld => PesterSource.AllSkipped(suites, "This PowerShell is too old for the lab, which runs on .NET 10. Install PowerShell 7.6 or newer: https://aka.ms/install-powershell"),
                _ when !File.Exists(results) => [new PesterTest("run.ps1", "runs to its end", "Failed", 0, exit is null ? $"Not done within {Longest}.\n{output}" : $"Exit code {exit}.\n{output}")],
                _ => JsonSerializer.Deserialize<PesterTest[]>(await File.ReadAllTextAsync(results))!,
            };
        }
        finally
        {
            File.Delete(results);
        }
    }

    /// <summary>The exit code (null when it took too long) and everything the shell said.</summary>
    private static async Task<(int? Exit, string Output)> RunShellAsync(string shell, string script, string results)
    {
        var start = new ProcessStartInfo(shell) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in new[] { "-NoProfile", "-NonInteractive", "-File", script, "-ResultPath", results, "-ModulePath", Folder("ModuleFolder"), "-LabPath", Folder("LabFolder") })
            start.ArgumentList.Add(argument);
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output) output.AppendLine(line.Data);
        }
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            lock (output) return (null, output.ToString());
        }
        lock (output) return (process.ExitCode, output.ToString());
    }

    private static string Folder(string name) =>
        typeof(PesterRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(row => row.Key == name).Value!;
}
