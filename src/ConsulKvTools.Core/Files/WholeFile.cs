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
            var place = Target(Path.GetFullPath(file));
            // A device is written to; a file in its place would be a file in /dev.
            if (IsDevice(place))
            {
                File.WriteAllText(place, text, Utf8);
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

    /// <summary>A name for what is written first: in the same folder, so that it can be put in its place in one step.</summary>
    /// <param name="place">Where it is to stand, as a full path.</param>
    internal static string Beside(string place) => Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{Guid.NewGuid():N}.tmp");

    /// <summary>Puts a file that was written beside it in the place of another, in one step.</summary>
    internal static void Replace(string beside, string place) => Put(beside, Target(place), File.Exists(place), noClobber: false);

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

    private static bool IsDevice(string place) => place.StartsWith("/dev/", StringComparison.Ordinal) || place.StartsWith("/proc/", StringComparison.Ordinal) || place.StartsWith(@"\\.\", StringComparison.Ordinal);

    private static ConsulException NotWritten(string code, string file, string problem, Exception? inner = null) =>
        ConsulException.From(ConsulFinding.Create(code, ("file", Printable.Text(file, 200)), ("problem", problem)), inner);
}
