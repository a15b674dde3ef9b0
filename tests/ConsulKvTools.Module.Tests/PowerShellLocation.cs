namespace ConsulKvTools.Module.Tests;

/// <summary>Where PowerShell 7 is on this machine.</summary>
internal static class PowerShellLocation
{
    /// <summary><c>PWSH</c>, else the first on the PATH; null where there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("PWSH") is { Length: > 0 } given) return File.Exists(given) ? given : null;
        var name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
