using System.Globalization;

namespace ConsulKvTools.Kv.Documents;

/// <summary>How long a path may be here: 259 characters, unless the host and Windows allow more, which only .NET Framework knows.</summary>
internal static class PathLimit
{
    /// <summary>What is wrong with the length of a full path, without a full stop; null when nothing is.</summary>
    public static string? Problem(string path)
    {
        try
        {
            Path.GetFullPath(path);
            // Folders may have fewer characters, for a short name in them.
            Path.GetFullPath(Path.GetDirectoryName(path)!);
            return null;
        }
        catch (PathTooLongException)
        {
            return string.Format(CultureInfo.InvariantCulture, "its file's path would have {0:N0} characters, which Windows PowerShell does not take; PowerShell 7 does", path.Length);
        }
    }
}
