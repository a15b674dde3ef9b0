using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConsulKvTools.Kv.Trees;

/// <summary>A list, and what is in it, as JSON on one line.</summary>
/// <param name="look">Says what an object is.</param>
internal sealed class KvListJson(Func<object?, KvNode> look)
{
    private const int Deepest = 64;

    // Only what JSON itself needs is escaped: the text is read by programs and people, not by a browser.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly MemoryStream text = new();
    private readonly Stack<object> above = new();

    /// <summary>What cannot be written, as the end of a sentence about the list; null when all can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The JSON.</summary>
    public byte[] ToArray() => text.ToArray();

    /// <summary>Writes a list or table.</summary>
    public void Write(in KvNode node)
    {
        using var json = new Utf8JsonWriter(text, Options);
        Append(json, node);
    }

    private void Append(Utf8JsonWriter json, in KvNode node)
    {
        if (Problem is not null) json.WriteNullValue();
        else
            switch (node.Kind)
            {
                case KvNodeKind.Null: json.WriteNullValue(); break;
                case KvNodeKind.Text when KvKey.HasLoneSurrogate(node.Text): Refuse(json, "holds half of a surrogate pair"); break;
                case KvNodeKind.Text: json.WriteStringValue(node.Text); break;
                case KvNodeKind.Literal when node.Text is "true" or "false": json.WriteBooleanValue(node.Text == "true"); break;
                case KvNodeKind.Literal when !IsNumber(node.Text): Refuse(json, $"holds {node.Text}, for which JSON has no number"); break;
                case KvNodeKind.Literal: json.WriteRawValue(node.Text, skipInputValidation: true); break;
                case KvNodeKind.List or KvNodeKind.Table: Nest(json, node); break;
                case KvNodeKind.Bytes: Refuse(json, "holds bytes, for which JSON has no form; give them as base64 text"); break;
                default: Refuse(json, $"holds an object ({node.Text}), which has no text of its own"); break;
            }
    }

    private void Nest(Utf8JsonWriter json, in KvNode node)
    {
        var identity = node.Identity!;
        if (above.Any(other => ReferenceEquals(other, identity)))
        {
            Refuse(json, "holds itself");
            return;
        }
        if (above.Count == Deepest)
        {
            Refuse(json, $"is deeper than {Deepest} levels");
            return;
        }
        above.Push(identity);
        if (node.Kind == KvNodeKind.List)
        {
            json.WriteStartArray();
            foreach (var item in node.Items) Append(json, look(item));
            json.WriteEndArray();
        }
        else
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            json.WriteStartObject();
            foreach (var member in node.Members)
            {
                if (KvKey.HasLoneSurrogate(member.Key) || !names.Add(member.Key)) Problem ??= $"holds the name '{Printable.Text(member.Key, 60)}' twice, or half of a surrogate pair in it";
                else
                {
                    json.WritePropertyName(member.Key);
                    Append(json, look(member.Value));
                }
            }
            json.WriteEndObject();
        }
        above.Pop();
    }

    private void Refuse(Utf8JsonWriter json, string problem)
    {
        Problem ??= problem;
        json.WriteNullValue();
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) && (!double.IsInfinity(number) || text.All(letter => letter is '-' or (>= '0' and <= '9')));
}
