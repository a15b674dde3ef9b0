namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Where a symbolic link points. .NET Framework runs on Windows only, where there is no /proc to read.</summary>
internal static class SymbolicLinks
{
    /// <summary>Always null.</summary>
    public static string? TargetOf(string path) => null;
}
