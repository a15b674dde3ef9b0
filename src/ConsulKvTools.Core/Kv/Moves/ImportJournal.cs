using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// What an import has planned and what of it is done, in a file, so that one that was killed goes on where it was: with the same indexes to check against, so that what
/// somebody changed in between is found out. A line each: what it is of, the mark of its undo file, the planned writes, <c>begin</c>, then the numbers of those that are done. A last line
/// that was cut off does not count. The file is gone when everything is written.
/// </summary>
internal sealed class ImportJournal : IDisposable
{
    private const string Kind = "consulkv-journal-1";
    private const string UndoLine = "undo\t";

    private readonly string path;
    private readonly FileStream file;
    private readonly BitArray? done;

    private ImportJournal(string path, FileStream file, IReadOnlyList<PlannedWrite>? planned, BitArray? done)
    {
        this.path = path;
        this.file = file;
        Planned = planned;
        this.done = done;
    }

    /// <summary>What an earlier run had planned; null when there was none, or it had not begun to write.</summary>
    public IReadOnlyList<PlannedWrite>? Planned { get; }

    /// <summary>Opens a journal, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="document">The fingerprint of the document's entries.</param>
    /// <param name="target">Which store and where in it.</param>
    /// <param name="undoPath">
    /// Where an undo file is to stand. One that stands there already is taken away when it is of an import that this journal shows never to have begun to write; null without.
    /// </param>
    /// <exception cref="ConsulException">It is of another document or target, is none, or cannot be opened.</exception>
    public static ImportJournal Open(string path, string document, string target, string? undoPath = null)
    {
        if (WholeFile.IsDevice(path)) throw DocumentFault.JournalNotWritten(path, "it is a device, and a journal is read again; give a file");
        FileStream file;
        try
        {
            file = PrivateFile.OpenOrCreate(path);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw error is IOException and not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
                ? DocumentFault.JournalNotWritten(path, "another import is using it, or it cannot be opened", error) : DocumentFault.JournalNotWritten(path, error);
        }
        try
        {
            var lines = WholeLines(file, out var end);
            if (lines.Count == 0 && file.Length == 0) return Begin(path, file, document, target);
            if (lines.Count == 0 || Head(lines[0]) is not { } head) throw Foreign(path, "it is no journal of an import");
            var begin = lines.IndexOf("begin");
            // Nothing was written before that line.
            if (begin < 0)
            {
                if (undoPath is not null) Withdraw(lines, undoPath);
                return Begin(path, file, document, target);
            }
            if (head.Document != document) throw Foreign(path, "it is of an import of another document, or of this one before it was changed");
            if (head.Target != target) throw Foreign(path, "it is of an import to another store, prefix or mapping");
            var planned = lines.Skip(1).Take(begin - 1).Where(line => !line.StartsWith(UndoLine, StringComparison.Ordinal)).Select(line => Planning(line) ?? throw Foreign(path, "a line of it is none of a journal's")).ToList();
            // A number of which only the first digits are there would be another's, were anything written behind it.
            file.SetLength(end);
            file.Position = end;
            var done = new BitArray(planned.Count);
            foreach (var line in lines.Skip(begin + 1))
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < planned.Count) done[number] = true;
            return new ImportJournal(path, file, planned, done);
        }
        catch (Exception error)
        {
            file.Dispose();
            if (DocumentFault.IsOfFiles(error)) throw DocumentFault.JournalNotWritten(path, error);
            throw;
        }
    }

    /// <summary>True when an earlier run had done a write.</summary>
    public bool IsDone(int number) => done is not null && done[number];

    /// <summary>Writes down what the undo file will be, before it is put in its place. It is on the disk then.</summary>
    public void Undo(FileMark mark)
    {
        Put(UndoLine + mark + "\n");
        Flush(toDisk: true);
    }

    /// <summary>Writes down what is planned, before the first write. It is on the disk then.</summary>
    public void Plan(IReadOnlyList<PlannedWrite> writes)
    {
        var text = new StringBuilder();
        foreach (var write in writes)
        {
            text.Append(JsonSerializer.Serialize(write.Key, ImportJson.Default.String)).Append('\t').Append(write.Action).Append('\t').Append(write.Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
            if (text.Length < 64 * 1024) continue;
            Put(text.ToString());
            text.Clear();
        }
        Put(text.ToString());
        Flush(toDisk: true);
        Put("begin\n");
        Flush(toDisk: true);
    }

    /// <summary>Writes down that writes are done. A kill of this process does not lose it; a crash of the machine may, and then they are looked at again.</summary>
    public void Done(IEnumerable<int> numbers)
    {
        Put(string.Concat(numbers.Select(number => number.ToString(CultureInfo.InvariantCulture) + "\n")));
        Flush(toDisk: false);
    }

    /// <summary>Takes the journal away: everything is written.</summary>
    public void Remove()
    {
        Dispose();
        File.Delete(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // A full disk was told when it was written to; what a journal lacks is looked at again.
        }
    }

    private static ImportJournal Begin(string path, FileStream file, string document, string target)
    {
        file.SetLength(0);
        var journal = new ImportJournal(path, file, null, null);
        journal.Put(string.Join("\t", Kind, document, JsonSerializer.Serialize(target, ImportJson.Default.String)) + "\n");
        return journal;
    }

    /// <summary>
    /// Takes away the undo file of an import that was killed before it wrote anything: there is nothing to give back by it. Any other file that stands in its place, though it
    /// were the same to the byte, is somebody's only way back, and stays.
    /// </summary>
    private static void Withdraw(List<string> lines, string undoPath)
    {
        if (!File.Exists(undoPath) || lines.Find(line => line.StartsWith(UndoLine, StringComparison.Ordinal)) is not { } line) return;
        if (FileMark.Read(line.Substring(UndoLine.Length)) is { } mark && mark == FileMark.Of(undoPath)) File.Delete(undoPath);
    }

    /// <summary>The lines up to the last that was not cut off.</summary>
    private static List<string> WholeLines(FileStream file, out long end)
    {
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        var content = bytes.ToArray();
        var length = Array.LastIndexOf(content, (byte)'\n') + 1;
        end = length;
        var lines = Encoding.UTF8.GetString(content, 0, length).Split('\n').ToList();
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static (string Document, string Target)? Head(string line)
    {
        var parts = line.Split('\t');
        return parts.Length == 3 && parts[0] == Kind && Text(parts[2]) is { } target ? (parts[1], target) : null;
    }

    private static PlannedWrite? Planning(string line)
    {
        var parts = line.Split('\t');
        return parts.Length == 3 && Text(parts[0]) is { } key && Enum.TryParse<ConsulKvImportAction>(parts[1], out var action) && ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new PlannedWrite(key, action, index) : null;
    }

    private static string? Text(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ImportJson.Default.String);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ConsulException Foreign(string path, string problem) =>
        ConsulException.From(ConsulFinding.Create("Document.JournalForeign", ("file", Printable.Text(path, 200)), ("problem", problem)));

    private void Put(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Written(() => file.Write(bytes, 0, bytes.Length));
    }

    private void Flush(bool toDisk) => Written(() => file.Flush(toDisk));

    private void Written(Action work)
    {
        try
        {
            work();
        }
        catch (IOException error)
        {
            throw DocumentFault.JournalNotWritten(path, error);
        }
    }
}
