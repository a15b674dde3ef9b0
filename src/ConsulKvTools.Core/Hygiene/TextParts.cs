using System.Text;

namespace ConsulKvTools.Hygiene;

/// <summary>
/// Takes a value apart: JSON into its texts, everything else is one. JSON in a text of JSON is taken apart too, and what is base64 of a text is that text.
/// </summary>
internal static class TextParts
{
    private const int ShortestBase64 = 40;
    private const int Deepest = 4;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // Bytes as letters, one each.
    private static readonly Encoding OneByteEach = Encoding.GetEncoding(28591);

    /// <summary>The parts of a value; null when it is no text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="isSecret">Whether a text holds a secret; for names of JSON members.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IReadOnlyList<TextPart>? Of(string key, byte[] value, Func<string, bool> isSecret, CancellationToken cancellation)
    {
        if (value is [0xFF, 0xFE, ..]) return OfOther(key, value, Encoding.Unicode.GetString(value, 2, value.Length - 2));
        if (value is [0xFE, 0xFF, ..]) return OfOther(key, value, Encoding.BigEndianUnicode.GetString(value, 2, value.Length - 2));
        var start = value is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        try
        {
            var text = Strict.GetString(value, start, value.Length - start);
            return new JsonTexts(isSecret).Read(value.AsSpan(start), start, key, cancellation) is { } exact
                ? [.. exact.SelectMany(part => Inner(part, "", 0))] : [.. Inner(new TextPart(SecretName.Of(key), text, null, start, value.Length - start, true), key, 0)];
        }
        catch (DecoderFallbackException)
        {
            // Text of Windows or of an old program; bytes that are no text have control characters.
            return Array.Exists(value, letter => letter < ' ' && letter is not ((byte)'\n' or (byte)'\r' or (byte)'\t')) ? null : OfOther(key, value, OneByteEach.GetString(value));
        }

        IReadOnlyList<TextPart> OfOther(string key, byte[] value, string text) => [.. Inner(new TextPart(SecretName.Of(key), text, null, 0, value.Length, false), key, 0)];

        // Nothing but the text that holds them has a place in the value, so that one is theirs.
        IEnumerable<TextPart> Inner(TextPart part, string name, int depth)
        {
            cancellation.ThrowIfCancellationRequested();
            if (depth == Deepest) return [part];
            if (Decoded(part.Text) is { } decoded) return Inner(part with { Text = decoded, IsExact = false }, name, depth + 1);
            if (!LooksLikeJson(part.Text) || (part.IsExact && part.JsonPath is null)) return [part];
            if (new JsonTexts(isSecret).Read(Encoding.UTF8.GetBytes(part.Text), 0, name.Length > 0 ? name : part.Name.Plain ?? "", cancellation) is not { } inner) return [part];
            return inner.SelectMany(one => Inner(one with { JsonPath = part.JsonPath, Start = part.Start, Size = part.Size, IsExact = false }, "", depth + 1));
        }
    }

    private static bool LooksLikeJson(string text)
    {
        var at = 0;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at < text.Length && text[at] is '{' or '[';
    }

    /// <summary>The text of which this is base64, with or without padding, line breaks and the letters of base64url; null when it is not.</summary>
    private static string? Decoded(string text)
    {
        if (text.Length < ShortestBase64) return null;
        var bare = new StringBuilder(text.Length + 2);
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter is '\n' or '\r' or '\t' || (letter == ' ' && (bare.Length == 0 || text[at - 1] is '\n' or ' '))) continue;
            if (letter is not ((>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '/' or '=' or '-' or '_')) return null;
            bare.Append(letter switch { '-' => '+', '_' => '/', _ => letter });
        }
        if (bare.Length < ShortestBase64) return null;
        bare.Append('=', (4 - bare.Length % 4) % 4);
        try
        {
            var inner = Strict.GetString(Convert.FromBase64String(bare.ToString()));
            return inner.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? null : inner;
        }
        catch (Exception other) when (other is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
