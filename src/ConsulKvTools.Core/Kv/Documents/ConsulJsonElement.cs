using System.Text.Json;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// One item of <c>consul kv export</c>. As Consul's own reading, it takes names in any letter case and leaves aside those it does not know, so that the
/// answer of <c>/v1/kv/?recurse</c> is a document too; unlike that, it does not take a name that stands twice, or an item without a key or a value.
/// </summary>
internal sealed class ConsulJsonElement : KvElementReader<KvDocumentItem>
{
    private byte[] buffer = [];
    private int end;
    private int at;
    private int line;

    /// <summary>The line of the last fault within an item; null when there was none.</summary>
    public int? ProblemLine { get; private set; }

    /// <summary>Tells which bytes are read next, so that lines can be counted.</summary>
    /// <param name="bytes">The buffer.</param>
    /// <param name="start">Where reading begins in it.</param>
    /// <param name="filled">Where it ends.</param>
    /// <param name="startLine">The line at the start, from 1.</param>
    public void Begin(byte[] bytes, int start, int filled, int startLine) => (buffer, at, end, line) = (bytes, start, filled, startLine);

    /// <summary>The line at a place of the buffer that is not before the last one asked for.</summary>
    public int LineAt(int place)
    {
        for (; at < place; at++)
            if (buffer[at] == '\n') line++;
        return line;
    }

    /// <inheritdoc/>
    public override bool TryScan(ReadOnlySpan<byte> data, out KvDocumentItem element, out int length)
    {
        // Only to learn the line: the reader that follows is fast enough for files.
        LineAt(end - data.Length);
        (element, length) = (default, 0);
        return false;
    }

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out KvDocumentItem element)
    {
        try
        {
            return TryItem(ref reader, out element);
        }
        catch (JsonException broken)
        {
            ProblemLine = line + (int)(broken.LineNumber ?? 0);
            throw new KvBodyException("the JSON breaks here");
        }
    }

    private bool TryItem(ref Utf8JsonReader reader, out KvDocumentItem element)
    {
        element = default;
        if (!reader.Read()) return false;
        if (reader.TokenType != JsonTokenType.StartObject) throw new KvBodyException($"there is {KvJson.NameOf(reader.TokenType)} where an item has to be");
        string? key = null;
        byte[]? value = null;
        ulong? flags = null;
        while (true)
        {
            if (!reader.Read()) return false;
            if (reader.TokenType == JsonTokenType.EndObject) break;
            var name = reader.GetString()!;
            if (!reader.Read()) return false;
            if (Is(name, "key")) key = key is null ? KvJson.Text(ref reader, "key") : throw Twice("key");
            else if (Is(name, "value")) value = value is null ? Base64(ref reader, key) : throw Twice("value");
            else if (Is(name, "flags")) flags = flags is null ? Number(ref reader, key) : throw Twice("flags");
            else if (!reader.TrySkip()) return false;
        }
        if (string.IsNullOrEmpty(key)) throw new KvBodyException("the item has no key");
        // Consul takes it for an empty one; where its name is misspelt, that would empty the key.
        if (value is null) throw new KvBodyException($"the item{Of(key)} has no value, which an empty one has too: \"value\": \"\"");
        if (KvKey.HasLoneSurrogate(key!)) throw new KvBodyException($"the key {Printable.Text(key, 120)} holds half of a surrogate pair, which UTF-8 cannot carry");
        element = new KvDocumentItem(new ConsulKvEntry { Key = key!, Bytes = value, Flags = flags ?? 0 }, line);
        return true;
    }

    private static bool Is(string name, string known) => string.Equals(name, known, StringComparison.OrdinalIgnoreCase);

    private static KvBodyException Twice(string name) => new($"\"{name}\" stands twice in the item");

    private static byte[] Base64(ref Utf8JsonReader reader, string? key)
    {
        if (reader.TokenType == JsonTokenType.Null) return [];
        if (reader.TokenType != JsonTokenType.String) throw new KvBodyException($"the value{Of(key)} is {KvJson.NameOf(reader.TokenType)}, not base64 in quotes");
        return reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw new KvBodyException($"the value{Of(key)} is not base64");
    }

    private static ulong Number(ref Utf8JsonReader reader, string? key) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var number) ? number : throw new KvBodyException($"the flags{Of(key)} are no whole number from 0 to {ulong.MaxValue}");

    private static string Of(string? key) => key is null ? "" : $" of {Printable.Text(key, 120)}";
}
