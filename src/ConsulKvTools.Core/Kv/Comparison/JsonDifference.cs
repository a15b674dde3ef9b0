using System.Globalization;
using System.Text.Json;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>
/// Two JSON documents by what they say: members in any order, blanks and escapes do not count, numbers by their value. Of a member that stands twice the
/// last counts, as for most readers.
/// </summary>
internal static class JsonDifference
{
    private const int LongestShown = 200;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>The document of a text; null when it is no JSON object or list.</summary>
    public static JsonDocument? Parse(string? text)
    {
        if (text?.TrimStart(' ', '\t', '\r', '\n') is not ['{' or '[', ..]) return null;
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True when both say the same.</summary>
    public static bool AreEqual(JsonElement one, JsonElement other)
    {
        if (one.ValueKind != other.ValueKind) return false;
        switch (one.ValueKind)
        {
            case JsonValueKind.Object:
                var (members, others) = (Members(one), Members(other));
                return members.Count == others.Count && members.All(member => others.TryGetValue(member.Key, out var same) && AreEqual(member.Value, same));
            case JsonValueKind.Array:
                return one.GetArrayLength() == other.GetArrayLength() && one.EnumerateArray().Zip(other.EnumerateArray(), AreEqual).All(same => same);
            case JsonValueKind.Number:
                return AreEqualNumbers(one, other);
            case JsonValueKind.String:
                return one.GetString() == other.GetString();
            default:
                return true;
        }
    }

    /// <summary>A line for each path that differs: <c>~ $.db.port: 5432 → 5433</c>, <c>+ $.db.tls: true</c>, <c>- $.db.old: 1</c>.</summary>
    /// <param name="old">The old document.</param>
    /// <param name="oldShown">The same with its secrets hidden: what is shown comes from here.</param>
    /// <param name="now">The new document.</param>
    /// <param name="nowShown">The same with its secrets hidden.</param>
    public static IReadOnlyList<string> Between(JsonElement old, JsonElement oldShown, JsonElement now, JsonElement nowShown)
    {
        var lines = new List<string>();
        Walk("$", old, oldShown, now, nowShown, lines);
        return lines;
    }

    private static void Walk(string path, JsonElement old, JsonElement oldShown, JsonElement now, JsonElement nowShown, List<string> lines)
    {
        if (AreEqual(old, now)) return;
        if (old.ValueKind == JsonValueKind.Object && now.ValueKind == JsonValueKind.Object && oldShown.ValueKind == JsonValueKind.Object && nowShown.ValueKind == JsonValueKind.Object)
        {
            var (before, beforeShown, after, afterShown) = (Members(old), Members(oldShown), Members(now), Members(nowShown));
            foreach (var member in before)
            {
                var step = path + Step(member.Key);
                if (after.TryGetValue(member.Key, out var other)) Walk(step, member.Value, Of(beforeShown, member.Key), other, Of(afterShown, member.Key), lines);
                else lines.Add($"- {step}: {Text(Of(beforeShown, member.Key))}");
            }
            foreach (var member in after.Where(member => !before.ContainsKey(member.Key))) lines.Add($"+ {path + Step(member.Key)}: {Text(Of(afterShown, member.Key))}");
            return;
        }
        if (old.ValueKind == JsonValueKind.Array && now.ValueKind == JsonValueKind.Array && oldShown.ValueKind == JsonValueKind.Array && nowShown.ValueKind == JsonValueKind.Array)
        {
            var (length, other) = (old.GetArrayLength(), now.GetArrayLength());
            for (var at = 0; at < Math.Max(length, other); at++)
            {
                var step = $"{path}[{at.ToString(CultureInfo.InvariantCulture)}]";
                if (at >= length) lines.Add($"+ {step}: {Text(Of(nowShown, at))}");
                else if (at >= other) lines.Add($"- {step}: {Text(Of(oldShown, at))}");
                else Walk(step, old[at], Of(oldShown, at), now[at], Of(nowShown, at), lines);
            }
            return;
        }
        var (left, right) = (Text(oldShown), Text(nowShown));
        lines.Add(left == right ? $"~ {path}: {left} (the hidden part differs)" : $"~ {path}: {left} → {right}");
    }

    private static Dictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject()) members[member.Name] = member.Value;
        return members;
    }

    private static bool AreEqualNumbers(JsonElement one, JsonElement other) =>
        one.GetRawText() == other.GetRawText()
        || (one.TryGetDecimal(out var exact) && other.TryGetDecimal(out var otherExact) ? exact == otherExact : one.TryGetDouble(out var number) && other.TryGetDouble(out var otherNumber) && number.Equals(otherNumber));

    // Where what does not count was taken out of names too, the shown document may have another shape.
    private static JsonElement Of(Dictionary<string, JsonElement> members, string name) => members.TryGetValue(name, out var member) ? member : default;

    private static JsonElement Of(JsonElement list, int at) => at < list.GetArrayLength() ? list[at] : default;

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? "<hidden>" : Printable.Text(element.GetRawText(), LongestShown);

    private static string Step(string name) => name.Length > 0 && name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-') ? "." + name : $"['{name.Replace("'", "\\'")}']";
}
