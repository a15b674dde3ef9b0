namespace ConsulKvTools.Files;

internal static partial class FileKind
{
    /// <summary>False: on Windows, pipes and devices stand in no folder.</summary>
    public static bool IsSpecial(string path) => false;
}
