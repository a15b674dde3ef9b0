using System.Diagnostics;

namespace ConsulKvTools.Lab;

/// <summary>Runs a short-lived program and waits for it.</summary>
internal static class Tool
{
    /// <summary>The full path of a program on the given search path; null when it is not there.</summary>
    public static string? Find(string program, string? searchPath = null)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program] : [program];
        return (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(name => Path.Combine(folder.Trim('"'), name)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It was still running and has been killed.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    public static ToolResult Run(string program, IEnumerable<string> arguments, TimeSpan timeout, string? folder = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {timeout.TotalSeconds:0} s.");
        }
        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}

/// <summary>What a program said.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}. {Error.Trim()} {Output.Trim()}".Trim();
}
