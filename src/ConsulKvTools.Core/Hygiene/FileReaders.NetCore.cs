namespace ConsulKvTools.Hygiene;

/// <summary>Who may read a file.</summary>
internal static class FileReaders
{
    /// <summary>The mode of a file that its group or everybody may read, such as <c>644</c>; null when only its owner may, or this system has other rights than modes.</summary>
    public static string? ModeOpenToOthers(string file)
    {
        if (OperatingSystem.IsWindows()) return null;
        var mode = File.GetUnixFileMode(file);
        return (mode & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) == 0 ? null : Convert.ToString((int)mode, 8);
    }

    /// <summary>True where files have modes.</summary>
    public static bool IsKnown => !OperatingSystem.IsWindows();
}
