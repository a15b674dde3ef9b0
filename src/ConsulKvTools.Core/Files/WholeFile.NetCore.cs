namespace ConsulKvTools.Files;

internal static partial class WholeFile
{
    private static readonly StringComparison Spelling = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Where a link leads: the file is replaced, not the link.</summary>
    private static string Target(string place) =>
        new FileInfo(place) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : place;

    private static void Put(string beside, string place, bool exists, bool noClobber)
    {
        if (exists && !OperatingSystem.IsWindows())
        {
            // Who may read the old file may read the new one, and nobody else.
            File.SetUnixFileMode(beside, File.GetUnixFileMode(place));
        }
        else if (exists && IsProtected(place)) File.SetAttributes(place, FileAttributes.Normal);
        File.Move(beside, place, overwrite: exists && !noClobber);
    }
}
