namespace ConsulKvTools.Hygiene;

/// <summary>Who may read a file.</summary>
internal static class FileReaders
{
    /// <summary>Windows has access lists and no modes.</summary>
    public static string? ModeOpenToOthers(string file) => null;

    /// <summary>True where files have modes.</summary>
    public static bool IsKnown => false;
}
