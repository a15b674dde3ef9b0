using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// Writes an undo file: a list that says first of which store it is, and then for each key that an import is to change what is there before and the hash of what it writes. It
/// is on the disk, in its place, before the first write.
/// </summary>
internal sealed class UndoWriter : IDisposable
{
    /// <summary>How such a file begins, by which it is known.</summary>
    public const string Begin = "[\n{\"undo\":";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileInPlace file;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is to stand.</param>
    public UndoWriter(string path) => file = new FileInPlace(path, noClobber: true);

    /// <summary>Says which store it is of, before the first key.</summary>
    public void AddOrigin(UndoOrigin origin)
    {
        Put("[\n");
        using var json = new Utf8JsonWriter(file.Stream, Options);
        json.WriteStartObject();
        json.WriteNull("undo");
        json.WritePropertyName("store");
        JsonSerializer.Serialize(json, origin, ImportJson.Default.UndoOrigin);
        json.WriteEndObject();
    }

    /// <summary>Adds a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="before">What is there; null when nothing is.</param>
    /// <param name="after">What will be there; null when nothing will be.</param>
    public void Add(string key, ConsulKvEntry? before, ConsulKvEntry? after)
    {
        Put(",\n");
        using var json = new Utf8JsonWriter(file.Stream, Options);
        json.WriteStartObject();
        json.WriteString("undo", key);
        if (before is null) json.WriteNull("before");
        else
        {
            json.WriteStartObject("before");
            json.WriteNumber("flags", before.Flags);
            json.WriteBase64String("value", before.Bytes);
            json.WriteEndObject();
        }
        if (after is null) json.WriteNull("after");
        else
        {
            json.WriteStartObject("after");
            json.WriteNumber("flags", after.Flags);
            json.WriteBase64String("sha256", UndoState.HashOf(after.Bytes));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Puts the file in its place.</summary>
    /// <param name="note">Told what will be known of the file in its place, before it is there; null when nobody wants to know.</param>
    public void Complete(Action<FileMark>? note)
    {
        Put("\n]\n");
        var sum = file.Seal();
        if (file.Beside is { } beside) note?.Invoke(FileMark.Of(beside, sum));
        file.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void Put(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        file.Stream.Write(bytes, 0, bytes.Length);
    }
}
