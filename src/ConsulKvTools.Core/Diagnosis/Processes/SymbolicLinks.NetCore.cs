namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Where a symbolic link points.</summary>
internal static class SymbolicLinks
{
    /// <summary>The link's own text, as it stands; null when the path is no link, or may not be looked at.</summary>
    public static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
