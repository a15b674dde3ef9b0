using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConsulKvTools.Kv.Changes;

/// <summary>Two values side by side for people: short texts whole, long ones around what differs, several lines or JSON line by line, bytes as bytes. Always bounded, every invisible character shown.</summary>
/// <param name="mask">Takes secrets out of what is shown.</param>
internal sealed class ValueDifference(Func<string, string> mask)
{
    private const int Longest = 60;
    private const int MostLines = 40;
    private const int LongestLine = 120;
    private const int Around = 20;
    private const int MostBytes = 8;

    // To read megabytes of JSON, or to split them into lines, for a few lines on the screen would take longer than the write.
    private const int LargestText = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value in quotes, cut; its size and first bytes when it is no text.</summary>
    public string Shown(byte[] bytes)
    {
        if (Text(bytes) is not { } text) return $"({Size(bytes)}: {Hex(bytes, 0)})";
        // Enough to mask what is shown; the rest is cut off anyway.
        var start = mask(text.Length > 4096 ? text.Substring(0, 4096) : text);
        return start.Length <= Longest && text.Length <= 4096 ? $"'{Printable.Text(start)}'" : $"'{Printable.Text(start.Substring(0, Longest))}…' ({Size(bytes)})";
    }

    /// <summary>What changes, where the values are not the same: what follows the key, over several lines where that is clearer.</summary>
    public string Between(byte[] old, byte[] now)
    {
        if (Text(old) is not { } before || Text(now) is not { } after) return Bytes(old, now);
        if (old.Length > LargestText || now.Length > LargestText) return $"{Shown(old)} → {Shown(now)}, from character {FirstDifference(before, after) + 1:N0} on";
        if (!IsLined(before) && !IsLined(after) && before.Length <= Longest && after.Length <= Longest) return $"'{Printable.Text(mask(before))}' → '{Printable.Text(mask(after))}'";
        if (Layout(before) is { } oldJson && Layout(after) is { } newJson)
            return oldJson == newJson
                ? $"the same JSON, written differently ({Size(old)} → {Size(now)})"
                : Lines(oldJson, newJson, "the JSON changes");
        return IsLined(before) || IsLined(after) ? Lines(before, after, "the text changes") : Inline(before, after);
    }

    private static bool IsLined(string text) => text.IndexOf('\n') >= 0;

    private string Lines(string old, string now, string what)
    {
        var (before, after) = (old.Split('\n'), now.Split('\n'));
        var changes = LineDifference.Between(before, after);
        var (removed, added) = (changes.Sum(change => change.Removed), changes.Sum(change => change.Added));
        var text = new StringBuilder(string.Format(CultureInfo.InvariantCulture, "{0}, {1} out and {2:N0} in", what, Amount.Of(removed, "line"), added));
        var left = MostLines;
        foreach (var change in changes)
        {
            text.AppendFormat(CultureInfo.InvariantCulture, "\n  @@ line {0:N0} @@", change.OldLine + 1);
            // Of one long block something of both sides is to be seen.
            var share = Math.Max(left - Math.Min(change.Added, left / 2), 1);
            left -= Append(text, "  - ", before, change.OldLine, change.Removed, Math.Min(share, left));
            left -= Append(text, "  + ", after, change.NewLine, change.Added, Math.Max(left, 0));
            if (left > 0) continue;
            text.Append("\n  … (not all is shown)");
            break;
        }
        return text.ToString();
    }

    private int Append(StringBuilder text, string mark, string[] lines, int from, int count, int most)
    {
        var shown = Math.Min(count, most);
        for (var line = from; line < from + shown; line++)
            text.Append('\n').Append(mark).Append(Printable.Text(mask(lines[line]), LongestLine)).Append(line == lines.Length - 1 && lines[line].Length == 0 ? "(a line break at the end)" : "");
        if (shown < count) text.AppendFormat(CultureInfo.InvariantCulture, "\n{0}… {1:N0} more", mark, count - shown);
        return shown;
    }

    /// <summary>Only what differs, with a little before and after it: the beginnings of two long texts look alike.</summary>
    private string Inline(string old, string now)
    {
        var from = FirstDifference(old, now);
        var tail = 0;
        while (tail < old.Length - from && tail < now.Length - from && old[old.Length - 1 - tail] == now[now.Length - 1 - tail]) tail++;
        // The mask has to see the whole, for a part of a token is not known as one.
        return mask(old) != old || mask(now) != now
            ? $"a long text that holds a secret changes ({old.Length:N0} → {now.Length:N0} characters)"
            : $"{Window(old, from, old.Length - tail)} → {Window(now, from, now.Length - tail)}, at character {from + 1:N0} of {old.Length:N0}";
    }

    private static string Window(string text, int from, int to)
    {
        var (first, last) = (Math.Max(0, from - Around), Math.Min(text.Length, Math.Min(to, from + Longest) + Around));
        return $"'{(first > 0 ? "…" : "")}{Printable.Text(text.Substring(first, last - first))}{(last < text.Length ? "…" : "")}'";
    }

    private string Bytes(byte[] old, byte[] now)
    {
        var same = 0;
        while (same < old.Length && same < now.Length && old[same] == now[same]) same++;
        return same < 2 || Text(old) is not null || Text(now) is not null
            ? $"{Shown(old)} → {Shown(now)}"
            : $"({Size(old)}) → ({Size(now)}), from byte {same + 1:N0}: {Hex(old, same)} → {Hex(now, same)}";
    }

    private static string Hex(byte[] bytes, int from)
    {
        if (from >= bytes.Length) return "the end";
        var count = Math.Min(MostBytes, bytes.Length - from);
        return BitConverter.ToString(bytes, from, count).Replace('-', ' ').ToLowerInvariant() + (from + count < bytes.Length ? " …" : "");
    }

    /// <summary>JSON objects and lists with a line for each member; null for everything else.</summary>
    private static string? Layout(string text)
    {
        if (text.TrimStart() is not { Length: > 1 } json || json[0] is not ('{' or '[')) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            using var laid = new MemoryStream();
            using (var writer = new Utf8JsonWriter(laid, Indented)) document.WriteTo(writer);
            return Encoding.UTF8.GetString(laid.ToArray()).Replace("\r\n", "\n");
        }
        // Half a surrogate pair is JSON, but no text.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static int FirstDifference(string old, string now)
    {
        var from = 0;
        while (from < old.Length && from < now.Length && old[from] == now[from]) from++;
        // Not between the two halves of one character.
        return from > 0 && char.IsHighSurrogate(old[from - 1]) ? from - 1 : from;
    }

    private static string? Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Size(byte[] bytes) => Amount.Of(bytes.Length, "byte");
}
