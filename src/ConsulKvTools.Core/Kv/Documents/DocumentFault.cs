namespace ConsulKvTools.Kv.Documents;

/// <summary>What is wrong with a document, as the exception that says so.</summary>
internal static class DocumentFault
{
    private const int LongestName = 200;

    /// <summary>It cannot be opened or read.</summary>
    public static ConsulException Unreadable(string file, Exception error) => Unreadable(file, Words(error), error);

    /// <summary>It cannot be opened or read.</summary>
    public static ConsulException Unreadable(string file, string problem, Exception? error = null) =>
        Of("Document.Unreadable", error, ("file", Printable.Text(file, LongestName)), ("problem", problem));

    /// <summary>It cannot be written.</summary>
    public static ConsulException NotWritten(string file, string problem, Exception? error = null) =>
        Of("Document.NotWritten", error, ("file", Printable.Text(file, LongestName)), ("problem", problem));

    /// <summary>It cannot be written.</summary>
    public static ConsulException NotWritten(string file, Exception error) => NotWritten(file, Words(error), error);

    /// <summary>It is not what its form says.</summary>
    /// <param name="file">The document.</param>
    /// <param name="place">Where in it: <c>line 12, item 3</c>.</param>
    /// <param name="problem">What is wrong and what would be right, without a full stop.</param>
    /// <param name="error">What was thrown below; null when nothing was.</param>
    public static ConsulException Malformed(string file, string place, string problem, Exception? error = null) =>
        Of("Document.Malformed", error, ("file", Printable.Text(file, LongestName)), ("place", place), ("problem", problem));

    /// <summary>A key stands in it twice.</summary>
    public static ConsulException Duplicate(string file, string key, string places) =>
        Of("Document.DuplicateKey", null, ("file", Printable.Text(file, LongestName)), ("key", Printable.Text(key, LongestName)), ("place", places));

    /// <summary>The form has no way to hold an entry as it is.</summary>
    public static ConsulException Unrepresentable(string key, ConsulKvFormat format, string problem) =>
        Of("Document.Unrepresentable", null, ("key", Printable.Text(key, LongestName)), ("format", format.ToString()), ("problem", problem));

    /// <summary>True for what the file system throws.</summary>
    public static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or System.Security.SecurityException;

    private static string Words(Exception error) => error switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "its folder does not exist",
        UnauthorizedAccessException => "this user may not",
        _ => Printable.Text(error.Message, 200).TrimEnd('.'),
    };

    private static ConsulException Of(string code, Exception? error, params (string, object?)[] evidence) => ConsulException.From(ConsulFinding.Create(code, evidence), error);
}
