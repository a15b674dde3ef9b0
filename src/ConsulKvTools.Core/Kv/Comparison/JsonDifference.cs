using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Kv.Comparison;

/// <summary>
/// Two JSON documents by what they say: members in any order, blanks and escapes do not count, numbers by their value. Of a member that stands twice the
/// last counts, as for most readers.
/// </summary>
internal static class JsonDifference
{
    private const int LongestShown = 200;

    // Each level takes room on the stack.
    private const int Deepest = 256;

    // A number's exponent of more digits is compared as it is written.
    private const int LongestExponent = 17;

    // A text in quotes, its end or not; or whatever stands bare between two marks.
    private static readonly Regex Tokens = new("\"(?>(?:[^\"\\\\]+|\\\\.)*)(?:\"|\\z)|[^\\s\\[\\]{},:\"]+", RegexOptions.CultureInvariant | RegexOptions.Singleline);

    /// <summary>The document of a text; null when it is no JSON object or list, or none that can be compared by what it says: nested too deep, or with half a character.</summary>
    public static JsonDocument? Parse(string? text)
    {
        if (text is null || ParseNest(text) is not { } document) return null;
        if (text.IndexOf("\\ud", StringComparison.OrdinalIgnoreCase) < 0 || IsReadable(document.RootElement)) return document;
        document.Dispose();
        return null;
    }

    /// <summary>True when this is JSON, but nested too deep to be compared by what it says.</summary>
    public static bool IsTooDeep(string? text)
    {
        if (text is null || !IsNest(text)) return false;
        // Read through and not made a document of: for each end a document looks for its beginning, past all that lies between.
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = int.MaxValue });
        var depth = 0;
        try
        {
            while (reader.Read()) depth = Math.Max(depth, reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0));
        }
        catch (JsonException)
        {
            return false;
        }
        return depth > Deepest;
    }

    /// <summary>The text with quotes around whatever stands bare and holds <paramref name="mark"/>, so that it may be JSON again.</summary>
    public static string Quoted(string text, string mark) => Tokens.Replace(text, token => token.Value[0] != '"' && token.Value.Contains(mark) ? $"\"{token.Value}\"" : token.Value);

    private static bool IsNest(string text) => text.TrimStart(' ', '\t', '\r', '\n') is ['{' or '[', ..];

    private static JsonDocument? ParseNest(string text)
    {
        if (!IsNest(text)) return null;
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Deepest });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>False when a name or text has half a surrogate pair, of which no text can be made.</summary>
    private static bool IsReadable(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && IsReadable(member.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(IsReadable),
                JsonValueKind.String => element.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
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
                return AreEqualNumbers(one.GetRawText(), other.GetRawText());
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
            // Once through each: an element by its number is looked up from the beginning.
            JsonElement[] before = [.. old.EnumerateArray()], beforeShown = [.. oldShown.EnumerateArray()], after = [.. now.EnumerateArray()], afterShown = [.. nowShown.EnumerateArray()];
            for (var at = 0; at < Math.Max(before.Length, after.Length); at++)
            {
                var step = $"{path}[{at.ToString(CultureInfo.InvariantCulture)}]";
                if (at >= before.Length) lines.Add($"+ {step}: {Text(Of(afterShown, at))}");
                else if (at >= after.Length) lines.Add($"- {step}: {Text(Of(beforeShown, at))}");
                else Walk(step, before[at], Of(beforeShown, at), after[at], Of(afterShown, at), lines);
            }
            return;
        }
        if (AreEqual(old, now)) return;
        var (left, right) = (Text(oldShown), Text(nowShown));
        lines.Add(left == right ? $"~ {path}: {left} (the hidden part differs)" : $"~ {path}: {left} → {right}");
    }

    private static Dictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var name = member.Name;
            // Two names that differ only in what does not count are two members all the same.
            while (name.Contains(ComparedValue.Excluded) && members.ContainsKey(name)) name += "'";
            members[name] = member.Value;
        }
        return members;
    }

    private static bool AreEqualNumbers(string one, string other) => one == other || Value(one) == Value(other);

    /// <summary>A number exactly, however long: its sign, its digits without zeros at either end, and the power of ten of the last.</summary>
    private static (bool IsNegative, string Digits, long Power) Value(string number)
    {
        var mark = number.IndexOfAny(['e', 'E']);
        if (mark >= 0 && number.Length - mark - 1 > LongestExponent) return (false, number, 0);
        var power = mark < 0 ? 0 : long.Parse(number.Substring(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = (mark < 0 ? number : number.Substring(0, mark)).TrimStart('-');
        if (digits.IndexOf('.') is >= 0 and var point)
        {
            power -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }
        var significant = digits.TrimEnd('0');
        power += digits.Length - significant.Length;
        significant = significant.TrimStart('0');
        return significant.Length == 0 ? (false, "", 0) : (number[0] == '-', significant, power);
    }

    // Where what does not count was taken out of names too, the shown document may have another shape.
    private static JsonElement Of(Dictionary<string, JsonElement> members, string name) => members.TryGetValue(name, out var member) ? member : default;

    private static JsonElement Of(JsonElement[] list, int at) => at < list.Length ? list[at] : default;

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? "<hidden>" : Printable.Text(element.GetRawText(), LongestShown);

    private static string Step(string name) => name.Length > 0 && name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-') ? "." + name : $"['{name.Replace("'", "\\'")}']";
}
