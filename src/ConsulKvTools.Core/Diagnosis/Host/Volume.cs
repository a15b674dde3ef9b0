namespace ConsulKvTools.Diagnosis.Host;

/// <summary>The volume a path lies on.</summary>
/// <param name="Path">The path that was asked for.</param>
/// <param name="FreeBytes">Bytes this user may still write.</param>
/// <param name="TotalBytes">Its size.</param>
/// <param name="FreeInodes">Files that can still be made; null where the system does not count them.</param>
/// <param name="IsReadOnly">True when nothing can be written to it; null when not known.</param>
internal sealed partial record Volume(string Path, long FreeBytes, long TotalBytes, long? FreeInodes, bool? IsReadOnly)
{
    /// <summary>The volume of <paramref name="path"/>; null when it cannot be asked.</summary>
    public static Volume? Of(string path)
    {
        try
        {
            return Native(path) ?? (Directory.Exists(path) || File.Exists(path) ? OfDrive(path) : null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static Volume OfDrive(string path)
    {
        var drive = new DriveInfo(System.IO.Path.GetPathRoot(System.IO.Path.GetFullPath(path))!);
        return new Volume(path, drive.AvailableFreeSpace, drive.TotalSize, null, null);
    }
}
