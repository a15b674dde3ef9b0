using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Hygiene;

/// <summary>The texts of a JSON document, or of several one after the other (JSON Lines): values, comments, and numbers and member names where they may be secrets.</summary>
/// <param name="isSecret">Whether a member's name holds one: it is then a text of its own and stands in no path.</param>
internal sealed class JsonTexts(Func<string, bool> isSecret)
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true, MaxDepth = 256 };
    private static readonly string[] Values = ["value", "val", "default", "content", "data"];

    private readonly List<TextPart> parts = [];
    private readonly Stack<Level> levels = new();
    private readonly Dictionary<string, string?> steps = new(StringComparer.Ordinal);
    private string member = "";

    /// <summary>The texts; null when it is no JSON to its end.</summary>
    /// <param name="document">The document.</param>
    /// <param name="start">Where in the value it begins, in bytes.</param>
    /// <param name="name">The name it stands under; empty for none.</param>
    /// <param name="cancellation">Stops it.</param>
    public List<TextPart>? Read(ReadOnlySpan<byte> document, int start, string name, CancellationToken cancellation)
    {
        var at = Blank(document, 0);
        if (at == document.Length || document[at] is not ((byte)'{' or (byte)'[')) return null;
        try
        {
            while (at < document.Length)
            {
                at += ReadOne(document.Slice(at), start + at, name, cancellation);
                at = Blank(document, at);
            }
        }
        catch (JsonException)
        {
            return null;
        }
        return parts;
    }

    private int ReadOne(ReadOnlySpan<byte> document, int start, string name, CancellationToken cancellation)
    {
        var reader = new Utf8JsonReader(document, Lenient);
        var looked = 0;
        while (reader.Read())
        {
            if (++looked % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var first = start + (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    member = TextOf(ref reader, out var isPlain);
                    if (StepOf(member) is null) parts.Add(new TextPart(default, member, levels.Peek().Path, first + 1, reader.ValueSpan.Length, isPlain));
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    var (path, own, above) = Enter(name);
                    levels.Push(new Level(reader.TokenType == JsonTokenType.StartArray, path, own, above));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Leave();
                    break;
                case JsonTokenType.String:
                    Add(TextOf(ref reader, out var isExact), first + 1, reader.ValueSpan.Length, isExact, name);
                    break;
                case JsonTokenType.Number:
                    Add(Encoding.UTF8.GetString(reader.ValueSpan.ToArray()), first, reader.ValueSpan.Length, true, name);
                    break;
                case JsonTokenType.Comment:
                    // Behind the slash and its second sign.
                    parts.Add(new TextPart(default, reader.GetComment(), levels.Count == 0 ? null : levels.Peek().Path, first + 2, reader.ValueSpan.Length, true));
                    break;
                default:
                    Enter(name);
                    break;
            }
            if (levels.Count == 0) break;
        }
        return (int)reader.BytesConsumed;
    }

    private void Add(string text, int start, int size, bool isExact, string root)
    {
        var (path, name, above) = Enter(root);
        if (levels.Count > 0 && !levels.Peek().IsList)
        {
            var level = levels.Peek();
            if (SecretName.IsLabel(name) && SecretName.IsTelling(text)) level.Label ??= text;
            else if (SecretName.IsOneOf(Values, name)) level.Values.Add(parts.Count);
        }
        parts.Add(new TextPart(SecretName.Of(name, above), text, path, start, size, isExact));
    }

    /// <summary>What the value that begins here is called.</summary>
    private (string Path, string Name, string Above) Enter(string root)
    {
        if (levels.Count == 0) return ("$", root, "");
        var level = levels.Peek();
        if (level.IsList) return ($"{level.Path}[{(level.Element++).ToString(CultureInfo.InvariantCulture)}]", level.Name, level.Above);
        return (level.Path + (StepOf(member) ?? "['<hidden>']"), member, level.Name);
    }

    /// <summary>{ "name": "password", "value": … } says what its value is in another member.</summary>
    private void Leave()
    {
        var level = levels.Pop();
        if (level.Label is null) return;
        var name = SecretName.Of(level.Label);
        foreach (var number in level.Values) parts[number] = parts[number] with { Name = name };
    }

    /// <summary>The step of a path; null for a name that holds a secret.</summary>
    private string? StepOf(string name)
    {
        if (steps.TryGetValue(name, out var step)) return step;
        step = isSecret(name) ? null : name.Length > 0 && name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-') ? "." + name : $"['{name.Replace("'", "\\'")}']";
        steps.Add(name, step);
        return step;
    }

    private static string TextOf(ref Utf8JsonReader reader, out bool isExact)
    {
        isExact = reader.ValueSpan.IndexOf((byte)'\\') < 0;
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: as it is written then.
            isExact = true;
            return Encoding.UTF8.GetString(reader.ValueSpan.ToArray());
        }
    }

    private static int Blank(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    private sealed class Level(bool isList, string path, string name, string above)
    {
        public bool IsList => isList;
        public string Path => path;
        public string Name => name;
        public string Above => above;
        public int Element { get; set; }
        public string? Label { get; set; }
        public List<int> Values { get; } = [];
    }
}
