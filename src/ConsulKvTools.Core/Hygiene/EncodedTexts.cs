using System.Text;

namespace ConsulKvTools.Hygiene;

/// <summary>Finds texts in base64, with or without padding, line breaks and the letters of base64url.</summary>
internal static class EncodedTexts
{
    // Fifteen letters: hardly a name and a password are shorter, and words that decode to a text by chance are.
    private const int Shortest = 20;

    // What stands for bytes that are no UTF-8.
    private const char NoLetter = '\ufffd';

    /// <summary>All that stand in a text, on one line or wrapped over several: where, and what they say.</summary>
    public static IEnumerable<(int Start, int Length, string Text)> In(string text, CancellationToken cancellation)
    {
        var joined = 0;
        for (var at = 0; at < text.Length;)
        {
            if (!IsLetter(text[at]))
            {
                at++;
                continue;
            }
            var (start, end) = (at, EndOf(text, at));
            at = end;
            if (end - start < Shortest) continue;
            cancellation.ThrowIfCancellationRequested();
            // Lines that were looked at together are not put together again from each of them on.
            var last = start < joined ? end : EndOfLines(text, end);
            if (last > end)
            {
                joined = last;
                if (Decoded(text.Substring(start, last - start), Shortest) is { } whole)
                {
                    yield return (start, last - start, whole);
                    at = last;
                    continue;
                }
            }
            if (Decoded(text.Substring(start, end - start), Shortest) is { } inner) yield return (start, end - start, inner);
        }
    }

    /// <summary>The text of which all of this is base64; null when it is not.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shortest">So many letters it has at least.</param>
    public static string? Decoded(string text, int shortest)
    {
        if (text.Length < shortest) return null;
        var bare = new StringBuilder(text.Length + 2);
        var filled = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter is '\n' or '\r' or '\t' || (letter == ' ' && (bare.Length == 0 || text[at - 1] is '\n' or ' '))) continue;
            if (letter == '=' && ++filled <= 2) continue;
            if (!IsLetter(letter) || filled > 0) return null;
            bare.Append(letter switch { '-' => '+', '_' => '/', _ => letter });
        }
        if (bare.Length + filled < shortest || bare.Length % 4 == 1) return null;
        bare.Append('=', (4 - bare.Length % 4) % 4);
        var bytes = Convert.FromBase64String(bare.ToString());
        // Most that has such letters is no text: that is told without exceptions, which would cost more than all the rest.
        if (Array.Exists(bytes, one => one < ' ' && one is not ((byte)'\n' or (byte)'\r' or (byte)'\t'))) return null;
        var inner = Encoding.UTF8.GetString(bytes);
        return inner.Any(letter => letter == NoLetter || (char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'))) ? null : inner;
    }

    private static bool IsLetter(char letter) => letter is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '/' or '-' or '_';

    /// <summary>Behind the letters, and what fills them up.</summary>
    private static int EndOf(string text, int at)
    {
        while (at < text.Length && IsLetter(text[at])) at++;
        for (var filled = 0; filled < 2 && at < text.Length && text[at] == '='; filled++) at++;
        return at;
    }

    /// <summary>Behind the lines below that hold nothing else.</summary>
    private static int EndOfLines(string text, int end)
    {
        while (true)
        {
            var at = end;
            if (at < text.Length && text[at] == '\r') at++;
            if (at == text.Length || text[at] != '\n') return end;
            at++;
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            var behind = at < text.Length ? EndOf(text, at) : at;
            if (behind == at || (behind < text.Length && text[behind] is not ('\n' or '\r'))) return end;
            end = behind;
        }
    }
}
