using System.Globalization;

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

    /// <summary>An error was reported while entries came through the pipeline, so some may be missing, and what is missing would be removed.</summary>
    /// <param name="error">The error; its first line is shown.</param>
    /// <param name="consequence">What would become of the keys that may be missing, as a sentence.</param>
    public static ConsulException PipelineBrokeOff(string error, string consequence)
    {
        var words = Printable.Text(error.Split('\n')[0], LongestName).TrimEnd('.');
        return ConsulException.From(Unreadable("the pipeline", $"an error was reported before its end: {words}").Finding with
        {
            Title = $"What came through the pipeline may not be all of it, for an error was reported meanwhile: {words}",
            Cause = $"{consequence} Nothing was written.",
            Remedy = "Mend what the error names and run the line again. Where the error does not matter, put what the command gives into a variable first, and pipe that.",
        });
    }

    /// <summary>Nothing came through the pipeline, and everything would be removed.</summary>
    /// <param name="where">Below what.</param>
    public static ConsulException NothingGiven(string where) => ConsulException.From(
        ConsulFinding.Create("Document.WouldEmpty", ("file", "the pipeline"), ("problem", $"every key below {where}, because nothing came through the pipeline")) with
        {
            Cause = "A pipeline that gives nothing is more often a command that found or reached nothing than what somebody wants, so -Force does not allow it either. Nothing was written.",
            Remedy = "See what the command before gives on its own. Where everything is meant to go, Remove-ConsulKv -Recurse says so, or a file that holds no keys, with -Force.",
            Command = null,
        });

    /// <summary>It cannot be written.</summary>
    public static ConsulException NotWritten(string file, string problem, Exception? error = null) =>
        Of("Document.NotWritten", error, ("file", Printable.Text(file, LongestName)), ("problem", problem));

    /// <summary>It cannot be written.</summary>
    public static ConsulException NotWritten(string file, Exception error) => NotWritten(file, Words(error), error);

    /// <summary>An undo file cannot be written.</summary>
    public static ConsulException UndoNotWritten(string file, string problem, Exception? error = null) => BeforeTheFirstKey("undo file", "-UndoPath", file, problem, error);

    /// <summary>An undo file cannot be written.</summary>
    public static ConsulException UndoNotWritten(string file, Exception error) => UndoNotWritten(file, Words(error), error);

    /// <summary>An undo file is of another store than the one it is imported into.</summary>
    public static ConsulException UndoForeign(string file, string problem) => Of("Document.UndoForeign", null, ("file", Printable.Text(file, LongestName)), ("problem", Printable.Text(problem, 600)));

    /// <summary>A journal cannot be written, and no key is yet.</summary>
    public static ConsulException JournalNotWritten(string file, string problem, Exception? error = null) => BeforeTheFirstKey("journal", "-JournalPath", file, problem, error);

    /// <summary>A journal cannot be written, and no key is yet.</summary>
    public static ConsulException JournalNotWritten(string file, Exception error) => JournalNotWritten(file, Words(error), error);

    /// <summary>A journal cannot be written any more, in the middle of an import.</summary>
    /// <param name="fault">What was said before the first key.</param>
    /// <param name="known">What became of the import.</param>
    public static ConsulException JournalBrokeOff(ConsulException fault, ConsulKvImport known) => ConsulException.From(fault.Finding with
    {
        Cause = string.Format(CultureInfo.InvariantCulture,
            "A journal says what is done, so the import began nothing more when it could not: of its keys {0:N0} are written, {1:N0} are not begun, {2:N0} are not written or not known. Each key is whole, and the journal still holds the plan.",
            known.Created + known.Changed + known.Deleted, known.NotBegun, known.Failed + known.Conflicts),
        Remedy = "Make room and run the same command again: it goes on where this one stopped, and looks again at the last keys. Without -JournalPath and -UndoPath it compares anew, and writes what is left.",
    }, fault);

    /// <summary>What is read cannot be set aside in the temporary folder.</summary>
    public static ConsulException NotSetAside(Exception error)
    {
        var folder = Printable.Text(Path.GetTempPath(), LongestName);
        return ConsulException.From(ConsulFinding.Create("Document.NotWritten", ("file", folder), ("problem", Words(error))) with
        {
            Title = $"What was read cannot be set aside in {folder}: {Words(error)}",
            Cause = "Values are set aside in a file of the temporary folder until all are read and found sound. They are not, so neither the store nor any document was changed.",
            Remedy = "Make room there, or let TMPDIR (on Windows TEMP) name a folder that has room, and try again.",
        }, error);
    }

    /// <summary>The undo file or the journal: each stands before the first write.</summary>
    private static ConsulException BeforeTheFirstKey(string what, string parameter, string file, string problem, Exception? error) => ConsulException.From(
        ConsulFinding.Create("Document.NotWritten", ("file", Printable.Text(file, LongestName)), ("problem", problem)) with
        {
            Title = $"The {what} {Printable.Text(file, LongestName)} was not written: {problem}",
            Cause = $"The {what} of an import is on the disk before the first key is written. This one is not, so nothing was written to Consul.",
            Remedy = $"Mend what is named, or give another {parameter}, and import again.",
        }, error);

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

    /// <summary>A file for this key would have a path that the system does not take.</summary>
    public static ConsulException PathTooLong(string key, string problem)
    {
        var refused = Unrepresentable(key, ConsulKvFormat.Folder, problem);
        return ConsulException.From(refused.Finding with { Remedy = "Export as Json, into a folder with a shorter path, or with -StripPrefix; or leave the key out with -Exclude." });
    }

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
