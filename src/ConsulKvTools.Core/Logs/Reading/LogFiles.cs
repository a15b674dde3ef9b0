using System.Text.RegularExpressions;

namespace ConsulKvTools.Logs.Reading;

/// <summary>Reads logs from files, packed or not, a rotated set in the order in which it was written.</summary>
internal static class LogFiles
{
    private const int Sniffed = 64;
    private const string NoSuchFile = "there is no such file";
    private const string WayOn = "Give the log of the Consul agent itself: the file of its -log-file, or where its service manager keeps its output. Errors in another program's log are told by Resolve-ConsulError -Path.";

    // A number, or a date with or without a time, and what packed it. An editor's swap file and a copy of somebody's have the log's lines, too, and would count twice.
    private static readonly Regex Rotated = new(@"^[.-][0-9][0-9.:_+TZ-]*(?<packed>\.(?:gz|bz2|xz|zst|lz4|lzma|zip|Z))?\z", RegexOptions.CultureInvariant);

    /// <summary>Why a file cannot be read, without a full stop; null when nothing is known against it.</summary>
    public static string? ProblemOf(string path)
    {
        try
        {
            return (File.GetAttributes(path) & FileAttributes.Directory) == 0 ? null : $"it is a folder; give the files in it, such as {Path.Combine(path, "*.log")}";
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return NoSuchFile;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // What lies in a folder that may not be entered may well be there.
            return Told(error);
        }
    }

    /// <summary>Why nothing matches a pattern, without a full stop.</summary>
    /// <param name="folder">Where it was looked for.</param>
    public static string ProblemOfPattern(string folder)
    {
        try
        {
            using var any = Directory.EnumerateFileSystemEntries(folder).GetEnumerator();
            any.MoveNext();
            return "there is no file of such a name";
        }
        catch (DirectoryNotFoundException)
        {
            return ProblemOf(folder) is { } problem && problem != NoSuchFile ? problem : "there is no file of such a name";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return $"its folder cannot be listed: {Told(error)}";
        }
    }

    /// <summary>The files that a rotation made of a log, and the log: <c>consul.log.2.gz</c>, <c>consul.log-20260101</c>, <c>consul-1604300000.log</c>.</summary>
    /// <exception cref="ConsulException"><c>Log.SourceUnusable</c>: its folder may not be listed. The log itself may be readable all the same.</exception>
    public static IReadOnlyList<string> WithRotated(string path)
    {
        try
        {
            return [.. RotatedOf(path)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"its folder cannot be listed, so what rotation made of it was not looked for: {Told(error)}", error);
        }
    }

    private static IEnumerable<string> RotatedOf(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var name = Path.GetFileName(path);
        var stem = Path.GetFileNameWithoutExtension(path);
        var ending = Path.GetExtension(path);
        foreach (var file in Directory.EnumerateFiles(folder, stem + "*"))
        {
            var other = Path.GetFileName(file);
            if (other == name
                || (other.StartsWith(name, StringComparison.Ordinal) && Rotated.Match(other.Substring(name.Length)) is { Success: true } rotated && !IsBeingPacked(file, rotated.Groups["packed"].Length))
                // Consul's own: the time stands before the ending.
                || (other.StartsWith(stem + "-", StringComparison.Ordinal) && other.EndsWith(ending, StringComparison.Ordinal) && other.Substring(stem.Length + 1, Math.Max(0, other.Length - stem.Length - 1 - ending.Length)).All(char.IsDigit)))
                yield return file;
        }
    }

    // The plain file lies beside it until it is whole.
    private static bool IsBeingPacked(string file, int ending) => ending > 0 && File.Exists(file.Substring(0, file.Length - ending));

    /// <summary>The files in the order of their first lines' times; what has no time stays behind what has.</summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<string> paths, CancellationToken cancellation) =>
        [.. paths.Distinct(StringComparer.Ordinal).Select((path, index) => (path, index, time: FirstTime(path, cancellation))).OrderBy(file => file.time ?? DateTimeOffset.MaxValue).ThenBy(file => file.index).Select(file => file.path)];

    /// <summary>Reads a file to its present end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="search">Takes its lines.</param>
    /// <param name="progress">Told now and then how far it has come: bytes of the file as it lies there, and of how many.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException"><c>Log.SourceUnusable</c>.</exception>
    public static void Read(string path, LogSearch search, Action<long, long>? progress, CancellationToken cancellation)
    {
        try
        {
            using var file = Open(path);
            var source = new LogSource(path, File.GetLastWriteTimeUtc(path), hasNumbers: true) { WayOn = WayOn };
            var total = file.CanSeek ? file.Length : 0;
            var lines = 0L;
            using var plain = Unpacked(file, cancellation);
            TextLines.Read(plain, line =>
            {
                search.Add(source, line);
                if ((++lines & 0x3fff) == 0 && total > 0) progress?.Invoke(file.Position, total);
            }, cancellation);
            search.Finish(source);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            throw Unusable(path, error is InvalidDataException ? "it is packed, and broken off or damaged; what came before that was read" : Directory.Exists(path) ? "it is a folder" : Told(error), error);
        }
    }

    /// <summary>The error for a log that cannot be read.</summary>
    internal static ConsulException Unusable(string name, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create("Log.SourceUnusable", ("file", Printable.Text(name, 200)), ("problem", Printable.Text(problem, 300))), inner);

    private static string Told(Exception error) => error.Message.TrimEnd('.');

    // Small reads of the name's owner would cost a call each; packed files are read ahead by the unpacker, others by the reader.
    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.SequentialScan);

    // By its first bytes, for a rotated file keeps no ending.
    private static Stream Unpacked(FileStream file, CancellationToken cancellation)
    {
        var isPacked = file.CanSeek && file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        if (file.CanSeek) file.Position = 0;
        return isPacked ? new WholeGzip(file, cancellation) : file;
    }

    private static DateTimeOffset? FirstTime(string path, CancellationToken cancellation)
    {
        try
        {
            using var file = Open(path);
            using var plain = Unpacked(file, cancellation);
            using var reader = new StreamReader(plain);
            for (var line = 0; line < Sniffed && reader.ReadLine() is { } text; line++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (LogPrefix.Read(text.AsSpan()).Stamp is { } stamp) return stamp.Resolve(File.GetLastWriteTimeUtc(path), TimeZoneInfo.Local);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Said when it is read.
        }
        return null;
    }
}
