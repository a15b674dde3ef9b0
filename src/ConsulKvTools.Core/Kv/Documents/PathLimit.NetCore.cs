using System.Globalization;
using System.Text;

namespace ConsulKvTools.Kv.Documents;

/// <summary>How long a path may be here.</summary>
internal static class PathLimit
{
    // PATH_MAX without its terminating zero, in bytes; .NET lifts Windows' 260 by itself, up to what the kernel takes, in characters.
    private const int Linux = 4095;
    private const int MacOS = 1023;
    private const int Windows = 32_766;

    /// <summary>What is wrong with the length of a full path, without a full stop; null when nothing is.</summary>
    public static string? Problem(string path)
    {
        var (size, limit, unit) = OperatingSystem.IsWindows() ? (path.Length, Windows, "characters") : (Encoding.UTF8.GetByteCount(path), OperatingSystem.IsMacOS() ? MacOS : Linux, "bytes");
        return size <= limit ? null : string.Format(CultureInfo.InvariantCulture, "its file's path would have {0:N0} {1}, and this system takes {2:N0}", size, unit, limit);
    }
}
