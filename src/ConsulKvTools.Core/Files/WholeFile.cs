using System.Text;

namespace ConsulKvTools.Files;

/// <summary>Puts a text into a file in one step: whoever reads it sees the old file or the new one, never half of one.</summary>
internal static partial class WholeFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes <paramref name="text"/> as UTF-8.</summary>
    /// <exception cref="ConsulException">Of the code <paramref name="code"/>, with the reason; the file that was there is as it was.</exception>
    public static FileInfo Write(string file, string text, bool noClobber, bool force, string code = "Report.NotWritten")
    {
        string? beside = null;
        try
        {
            var place = Place(file);
            if (OpenDevice(place) is { } device)
            {
                var bytes = Utf8.GetBytes(text);
                using (device) device.Write(bytes, 0, bytes.Length);
                return new FileInfo(place);
            }
            if (Directory.Exists(place)) throw NotWritten(code, file, "it is a folder");
            var exists = File.Exists(place);
            if (exists && noClobber) throw NotWritten(code, file, "it is already there and shall not be overwritten");
            if (exists && !force && IsProtected(place)) throw NotWritten(code, file, "it is write-protected");
            beside = Beside(place);
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                var bytes = Utf8.GetBytes(text);
                stream.Write(bytes, 0, bytes.Length);
                stream.Flush(flushToDisk: true);
            }
            Put(beside, place, exists, noClobber);
            beside = null;
            return new FileInfo(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw NotWritten(code, file, error is DirectoryNotFoundException ? "its folder does not exist" : Printable.Text(error.Message, 200).TrimEnd('.'), error);
        }
        finally
        {
            if (beside is not null) Remove(beside);
        }
    }

    /// <summary>Where what is written to a path stands: a link's file is replaced, not the link. A device stays what it is called.</summary>
    internal static string Place(string path) => Path.GetFullPath(path) is var place && IsDevice(place) ? place : Target(place);

    /// <summary>True when two paths name one file, as far as their spelling and a link at their end tell.</summary>
    internal static bool IsSame(string one, string other)
    {
        try
        {
            return string.Equals(Place(one), Place(other), Spelling);
        }
        catch (IOException)
        {
            // Links that lead in a circle lead to no file.
            return false;
        }
    }

    /// <summary>What is written to as it stands: a device, or a pipe, which a file in its place would cut off from its reader. Null for a file, and for nothing.</summary>
    /// <exception cref="IOException">There is no such device, or it cannot be opened.</exception>
    internal static FileStream? OpenDevice(string place)
    {
        var isDevice = IsDevice(place);
        if (!isDevice && new FileInfo(place) is not { Exists: true, Length: 0 }) return null;
        FileStream stream;
        try
        {
            stream = new FileStream(place, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception error) when (!isDevice && error is IOException or UnauthorizedAccessException)
        {
            // Whoever puts a file in its place finds out whether that may be.
            return null;
        }
        if (isDevice || !stream.CanSeek)
        {
            // /dev/stdout may be a file that somebody adds to.
            if (stream.CanSeek) stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        stream.Dispose();
        return null;
    }

    /// <summary>A name for what is written first: in the same folder, so that it can be put in its place in one step.</summary>
    /// <param name="place">Where it is to stand, as a full path.</param>
    internal static string Beside(string place) => Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{Guid.NewGuid():N}.tmp");

    /// <summary>Puts a file that was written beside it in the place of another, in one step.</summary>
    /// <exception cref="IOException">There is one meanwhile, and <paramref name="noClobber"/> says that it stays.</exception>
    internal static void Replace(string beside, string place, bool noClobber = false) => Put(beside, Target(place), File.Exists(place), noClobber);

    /// <summary>True for a name that the system gives to a device; /dev/shm holds files.</summary>
    internal static bool IsDevice(string place) =>
        (place.StartsWith("/dev/", StringComparison.Ordinal) && !place.StartsWith("/dev/shm/", StringComparison.Ordinal)) || place.StartsWith("/proc/", StringComparison.Ordinal) || place.StartsWith(@"\\.\", StringComparison.Ordinal);

    private static void Remove(string beside)
    {
        try
        {
            File.Delete(beside);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The reason why it was not written matters more than what is left beside it.
        }
    }

    private static bool IsProtected(string place) => (File.GetAttributes(place) & FileAttributes.ReadOnly) != 0;

    private static ConsulException NotWritten(string code, string file, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create(code, ("file", Printable.Text(file, 200)), ("problem", problem)), inner);
}
