using System.Globalization;
using System.Text;

namespace ConsulKvTools.Hygiene;

/// <summary>
/// A value for people's eyes: each secret in it replaced by <c>&lt;hidden 17-32 chars #3fa9&gt;</c>, its class of length and its fingerprint, so that one
/// sees that it changed and not what it is.
/// </summary>
internal static class ValueMask
{
    /// <summary>The value with every place that <see cref="SecretScanner"/> finds replaced; the same bytes when there is none.</summary>
    public static byte[] Apply(string key, byte[] value)
    {
        var spans = SecretScanner.Scan(key, value);
        if (spans.Count == 0) return value;
        using var masked = new MemoryStream(value.Length);
        var position = 0;
        foreach (var same in spans.GroupBy(span => (span.Start, span.Length)).OrderBy(group => group.Key.Start))
        {
            // Two secrets in one text with escapes: the text goes once, as one.
            if (same.Key.Start < position) continue;
            masked.Write(value, position, same.Key.Start - position);
            var placeholder = Encoding.UTF8.GetBytes(string.Concat(same.Select(Placeholder)));
            masked.Write(placeholder, 0, placeholder.Length);
            position = same.Key.Start + same.Key.Length;
        }
        masked.Write(value, position, value.Length - position);
        return masked.ToArray();
    }

    /// <summary>What stands in a secret's place.</summary>
    public static string Placeholder(SecretSpan span) => $"<hidden {LengthClass(span.Characters)} chars #{span.Fingerprint}>";

    /// <summary>The power of two below and above: lengths narrow guesses too.</summary>
    private static string LengthClass(int length)
    {
        if (length <= 8) return "1-8";
        if (length > 4096) return "over 4096";
        var most = 16;
        while (most < length) most *= 2;
        return string.Format(CultureInfo.InvariantCulture, "{0}-{1}", most / 2 + 1, most);
    }
}
