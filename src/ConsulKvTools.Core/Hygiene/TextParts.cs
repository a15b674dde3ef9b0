using System.Text;

namespace ConsulKvTools.Hygiene;

/// <summary>
/// Takes a value apart: JSON into its texts, everything else is one. JSON in a text of JSON is taken apart too, and what is base64 of a text is that text.
/// </summary>
internal static class TextParts
{
    // What stands alone and is as long is looked at as what it says, and not as it is written.
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
                ? [.. exact.SelectMany(part => Inner(part, "", 0, isSecret, cancellation))] : [.. Inner(new TextPart(SecretName.Of(key), text, null, start, value.Length - start, true), key, 0, isSecret, cancellation)];
        }
        catch (DecoderFallbackException)
        {
            // Text of Windows or of an old program; bytes that are no text have control characters.
            return Array.Exists(value, letter => letter < ' ' && letter is not ((byte)'\n' or (byte)'\r' or (byte)'\t')) ? null : OfOther(key, value, OneByteEach.GetString(value));
        }

        IReadOnlyList<TextPart> OfOther(string key, byte[] value, string text) => [.. Inner(new TextPart(SecretName.Of(key), text, null, 0, value.Length, false), key, 0, isSecret, cancellation)];
    }

    /// <summary>The parts of what a text in base64 says that stands in a part.</summary>
    /// <param name="part">The part, with the place of the base64.</param>
    /// <param name="text">What it says.</param>
    /// <param name="isSecret">As of <see cref="Of"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IEnumerable<TextPart> OfEncoded(TextPart part, string text, Func<string, bool> isSecret, CancellationToken cancellation) =>
        Inner(part with { Name = default, Text = text, IsExact = false }, "", 1, isSecret, cancellation);

    // Nothing but the text that holds them has a place in the value, so that one is theirs.
    private static IEnumerable<TextPart> Inner(TextPart part, string name, int depth, Func<string, bool> isSecret, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (depth == Deepest) return [part];
        if (EncodedTexts.Decoded(part.Text, ShortestBase64) is { } decoded) return Inner(part with { Text = decoded, IsExact = false }, name, depth + 1, isSecret, cancellation);
        if (!LooksLikeJson(part.Text) || (part.IsExact && part.JsonPath is null)) return [part];
        if (new JsonTexts(isSecret).Read(Encoding.UTF8.GetBytes(part.Text), 0, name.Length > 0 ? name : part.Name.Plain ?? "", cancellation) is not { } inner) return [part];
        return inner.SelectMany(one => Inner(one with { JsonPath = part.JsonPath, Start = part.Start, Size = part.Size, IsExact = false }, "", depth + 1, isSecret, cancellation));
    }

    private static bool LooksLikeJson(string text)
    {
        var at = 0;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at < text.Length && text[at] is '{' or '[';
    }
}
