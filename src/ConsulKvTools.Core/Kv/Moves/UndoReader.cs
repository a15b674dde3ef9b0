using System.Text.Json;
using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Reads an undo file: as entries the values to give back, and beside them what the import had made of each key.</summary>
/// <param name="path">The file.</param>
internal sealed class UndoReader(string path) : KvDocumentReader(path)
{
    /// <summary>What is known of each key, once it is read.</summary>
    public Dictionary<string, UndoState> States { get; } = new(StringComparer.Ordinal);

    /// <summary>Which store it is of, once it is read; null when the file does not say.</summary>
    public UndoOrigin? Origin { get; private set; }

    /// <summary>True for a file that is an undo file.</summary>
    public static bool IsUndo(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            foreach (var letter in UndoWriter.Begin)
                if (file.ReadByte() != letter) return false;
            return true;
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            // Whoever reads it next says what is wrong.
            return false;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        States.Clear();
        using var text = OpenText();
        var number = 0;
        var isWhole = false;
        while (text.ReadLine() is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            number++;
            // An item a line, as it was written.
            isWhole = line is "]" or "[]";
            if (line is "[" or "]" or "[]" or "") continue;
            if (Item(line.TrimEnd(','), number) is { } entry) yield return [new KvDocumentItem(entry, number)];
        }
        if (!isWhole) throw DocumentFault.Malformed(Name, $"line {number}", "the undo file breaks off");
    }

    private StreamReader OpenText()
    {
        try
        {
            return File.OpenText(Name);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(Name, error);
        }
    }

    /// <summary>What a line gives back; null for the one that says which store it is.</summary>
    private ConsulKvEntry? Item(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var item = document.RootElement;
            if (item.TryGetProperty("store", out var store))
            {
                Origin = store.Deserialize(ImportJson.Default.UndoOrigin);
                return null;
            }
            var key = item.GetProperty("undo").GetString()!;
            var (before, after) = (item.GetProperty("before"), item.GetProperty("after"));
            var wasThere = before.ValueKind != JsonValueKind.Null;
            var isThere = after.ValueKind != JsonValueKind.Null;
            if (States.ContainsKey(key)) throw DocumentFault.Duplicate(Name, key, $"the second time in line {number}");
            States[key] = new UndoState(wasThere, isThere ? after.GetProperty("flags").GetUInt64() : null, isThere ? after.GetProperty("sha256").GetBytesFromBase64() : null);
            return new ConsulKvEntry { Key = key, Bytes = wasThere ? before.GetProperty("value").GetBytesFromBase64() : [], Flags = wasThere ? before.GetProperty("flags").GetUInt64() : 0 };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw DocumentFault.Malformed(Name, $"line {number}", "it is no line of an undo file, which Import-ConsulKv -UndoPath writes and nobody changes", error);
        }
    }
}
