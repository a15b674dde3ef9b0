namespace ConsulKvTools.Telemetry.Log;

/// <summary>Where a write log is and how large it may grow.</summary>
/// <param name="Path">The file, its full path.</param>
/// <param name="MaximumSize">Bytes beyond which the file is put aside.</param>
/// <param name="Files">Files that are kept, the current one included.</param>
internal sealed record WriteLogSettings(string Path, long MaximumSize, int Files)
{
    /// <summary>10 MiB.</summary>
    public const long DefaultMaximumSize = 10 * 1024 * 1024;

    /// <summary>64 KiB: less could be outgrown by a single line.</summary>
    public const long LeastMaximumSize = 64 * 1024;

    /// <summary>1 TiB: no log that anybody reads is larger, and a slip of the hand is.</summary>
    public const long GreatestMaximumSize = 1L << 40;

    /// <summary>The current file and four before it.</summary>
    public const int DefaultFiles = 5;

    /// <summary>More would make each rotation a long row of renames.</summary>
    public const int MostFiles = 1000;
}
