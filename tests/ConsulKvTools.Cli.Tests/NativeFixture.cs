using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ConsulKvTools.Cli.Tests;

/// <summary>Publishes consulkv natively, once for all tests that want it.</summary>
public sealed class NativeFixture : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"consulkv-native-{Guid.NewGuid():N}");

    /// <summary>The executable; null where it cannot be made.</summary>
    public string? Executable { get; private set; }

    /// <summary>Why there is none; empty when there is.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>What publishing said: warnings of trimming and native compilation would stand there.</summary>
    public string Output { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Missing() is { } missing)
        {
            Problem = missing;
            return;
        }
        var project = Path.Combine(RepositoryRoot(), "src", "ConsulKvTools.Cli");
        // Not through a build server, which would outlive the test; objects of its own, so that no other build is disturbed.
        string[] arguments =
        [
            "publish", project, "--configuration", "Release", "--runtime", RuntimeInformation.RuntimeIdentifier, "-p:Native=true", "--nologo", "--disable-build-servers",
            "--artifacts-path", Path.Combine(folder, "build"), "--output", Path.Combine(folder, "native"),
        ];
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // What `dotnet test` sets for itself leads another SDK command astray.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        Output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        if (process.ExitCode == 0) Executable = Path.Combine(folder, "native", OperatingSystem.IsWindows() ? "consulkv.exe" : "consulkv");
    }

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        return default;
    }

    /// <summary>What this machine lacks for publishing natively; null when nothing.</summary>
    private static string? Missing()
    {
        if (!OperatingSystem.IsLinux()) return "Native publishing is tried on Linux only.";
        if (!IsOnPath("clang") && !IsOnPath("gcc")) return "Neither clang nor gcc, which link native executables, is on PATH.";
        return IsOnPath("dotnet") ? null : "dotnet is not on PATH.";
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, program)));

    private static string RepositoryRoot()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        while (here is not null && !File.Exists(Path.Combine(here.FullName, "Directory.Packages.props"))) here = here.Parent;
        return here?.FullName ?? throw new InvalidOperationException("The repository's root was not found above the tests.");
    }
}
