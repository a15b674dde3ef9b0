using System.Globalization;

namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Reads files of <c>/proc</c>, or of a folder laid out like it, and remembers what it was not allowed to.</summary>
internal sealed class ProcFolder(string root)
{
    private readonly List<UnreadablePart> denied = [];

    /// <summary>The folder: <c>/proc</c>.</summary>
    public string Root { get; } = root;

    /// <summary>What this user may not read, in the order it was tried.</summary>
    public IReadOnlyList<UnreadablePart> Denied => denied;

    /// <summary>The error number of the last file that could not be opened for want of file handles; null when there was none.</summary>
    public int? OutOfFiles { get; private set; }

    /// <summary>The full path of a file in it.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>The file's bytes; null when it does not exist or may not be read.</summary>
    public byte[]? Bytes(string name, string what) => Try(name, what, File.ReadAllBytes);

    /// <summary>The file's text; null when it does not exist or may not be read.</summary>
    public string? Text(string name, string what) => Try(name, what, File.ReadAllText);

    /// <summary>The file's one number; null when there is none.</summary>
    public long? Number(string name, string what) => ParseNumber(Text(name, what));

    /// <summary>The names in a folder; null when it does not exist or may not be read.</summary>
    public IReadOnlyList<string>? Names(string name, string what) =>
        Try(name, what, folder => Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).ToArray());

    /// <summary>Where a link points; null when it does not exist or may not be read.</summary>
    public string? Link(string name) => SymbolicLinks.TargetOf(PathOf(name));

    /// <summary>Remembers something that could not be read.</summary>
    public void Deny(string name, string what) => denied.Add(new UnreadablePart(what, PathOf(name)));

    /// <summary>The first word of <paramref name="text"/> as a number; null when it is none.</summary>
    public static long? ParseNumber(string? text) =>
        long.TryParse(text?.Trim().Split(' ', '\t')[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private T? Try<T>(string name, string what, Func<string, T> read) where T : class
    {
        try
        {
            return read(PathOf(name));
        }
        catch (UnauthorizedAccessException)
        {
            Deny(name, what);
        }
        catch (IOException failure)
        {
            // Missing, or the process ended meanwhile. .NET gives the system's number for all that has no exception of its own.
            if (failure.HResult is ErrorNumber.ProcessFilesExhausted or ErrorNumber.SystemFilesExhausted) OutOfFiles = failure.HResult;
        }
        return null;
    }
}
