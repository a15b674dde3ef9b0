using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Hygiene;

/// <summary>Takes a value apart: a JSON document into its texts, everything else is one. What is base64 of a text is that text.</summary>
internal static class TextParts
{
    private const int ShortestBase64 = 40;
    private static readonly string[] Which = ["value", "current", "previous", "old", "new", "plain", "text", "prod", "production", "stage", "staging", "test", "dev"];
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 256 };

    /// <summary>The parts of a value; null when it is no UTF-8.</summary>
    public static IReadOnlyList<TextPart>? Of(string key, byte[] value)
    {
        var start = value.Length >= 3 && value[0] == 0xEF && value[1] == 0xBB && value[2] == 0xBF ? 3 : 0;
        string text;
        try
        {
            text = Strict.GetString(value, start, value.Length - start);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        var parts = OfJson(value, start) ?? [new TextPart(NameOf(key), text, null, start, value.Length - start, true)];
        for (var at = 0; at < parts.Count; at++)
            if (Decoded(parts[at].Text) is { } inner) parts[at] = parts[at] with { Text = inner, IsExact = false };
        return parts;
    }

    /// <summary>The last part of a key: <c>password</c> of <c>db/password</c>; where it only tells which one, with the part before: <c>token_current</c> of <c>db/token/current</c>.</summary>
    public static string NameOf(string key)
    {
        var steps = key.TrimEnd('/').Split('/');
        var last = steps[steps.Length - 1];
        return steps.Length > 1 && Array.Exists(Which, word => word.Equals(last, StringComparison.OrdinalIgnoreCase)) ? $"{steps[steps.Length - 2]}_{last}" : last;
    }

    private static List<TextPart>? OfJson(byte[] value, int start)
    {
        var first = start;
        while (first < value.Length && value[first] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') first++;
        if (first == value.Length || value[first] is not ((byte)'{' or (byte)'[')) return null;
        var parts = new List<TextPart>();
        // Where the reader is: a member's name, or how many elements of a list have been.
        var levels = new Stack<(string Path, string Name, int Element)>();
        var (path, name) = ("$", "");
        try
        {
            var reader = new Utf8JsonReader(value.AsSpan(first), Lenient);
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = reader.GetString()!;
                        path = levels.Peek().Path + Step(name);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        Enter();
                        levels.Push((path, name, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        (path, name, _) = levels.Pop();
                        break;
                    case JsonTokenType.String:
                        Enter();
                        // Behind the opening quote.
                        parts.Add(new TextPart(name, reader.GetString()!, path, first + (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length, reader.ValueSpan.IndexOf((byte)'\\') < 0));
                        break;
                    default:
                        Enter();
                        break;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
        return parts;

        void Enter()
        {
            if (levels.Count == 0 || levels.Peek().Element < 0) return;
            var list = levels.Pop();
            (path, name) = ($"{list.Path}[{list.Element.ToString(CultureInfo.InvariantCulture)}]", list.Name);
            levels.Push(list with { Element = list.Element + 1 });
        }
    }

    private static string Step(string name) => name.Length > 0 && name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-') ? "." + name : $"['{name.Replace("'", "\\'")}']";

    /// <summary>The text of which this is base64; null when it is not.</summary>
    private static string? Decoded(string text)
    {
        var bare = text.Trim();
        if (bare.Length < ShortestBase64 || bare.Length % 4 != 0 || !bare.All(letter => letter is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '/' or '=')) return null;
        try
        {
            var inner = Strict.GetString(Convert.FromBase64String(bare));
            return inner.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? null : inner;
        }
        catch (Exception other) when (other is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
