namespace ConsulKvTools.Files;

internal static partial class WholeFile
{
    private const StringComparison Spelling = StringComparison.OrdinalIgnoreCase;

    /// <summary>.NET Framework does not say where a link leads.</summary>
    private static string Target(string place) => place;

    private static void Put(string beside, string place, bool exists, bool noClobber)
    {
        if (exists && !noClobber)
        {
            if (IsProtected(place)) File.SetAttributes(place, FileAttributes.Normal);
            File.Replace(beside, place, destinationBackupFileName: null, ignoreMetadataErrors: true);
        }
        else File.Move(beside, place);
    }
}
