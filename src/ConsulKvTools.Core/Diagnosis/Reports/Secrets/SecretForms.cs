using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace ConsulKvTools.Diagnosis.Reports.Secrets;

/// <summary>The ways in which a secret may stand in a text: as it is, cut off, in other letters, encoded or escaped.</summary>
internal static class SecretForms
{
    /// <summary>A shorter text is in every report by chance.</summary>
    public const int Shortest = 6;

    // A cut-off token is still most of a token; so much of a random text stands nowhere by chance.
    private const int Part = 20;

    // Consul's own ids of the anonymous token and of its policies. Taken for a token by mistake they are still no secret.
    private const string WellKnown = "00000000-0000-0000-0000-";

    /// <summary>Every form of <paramref name="secret"/>; none when it is so short or so common a word that it proves nothing.</summary>
    public static IEnumerable<string> Of(string secret) => secret.StartsWith(WellKnown, StringComparison.Ordinal) ? [] : All(secret).Where(form => form.Length >= Shortest && !IsOwnWord(form)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> All(string secret)
    {
        yield return secret;
        yield return secret.ToLowerInvariant();
        yield return secret.ToUpperInvariant();
        if (secret.Length > Part)
        {
            yield return secret.Substring(0, Part);
            yield return secret.Substring(secret.Length - Part);
        }
        if (Guid.TryParse(secret, out var id))
        {
            yield return id.ToString("N");
            yield return id.ToString("D");
        }
        var url = Uri.EscapeDataString(secret);
        yield return url;
        yield return LowerEscapes(url);
        yield return url.Replace("%20", "+");
        yield return WebUtility.HtmlEncode(secret);
        yield return secret.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
        yield return JavaScriptEncoder.Default.Encode(secret);
        yield return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret);
        yield return Printable.Text(secret, int.MaxValue - 1);
        var bytes = Encoding.UTF8.GetBytes(secret);
        var hex = BitConverter.ToString(bytes).Replace("-", "");
        yield return hex;
        yield return hex.ToLowerInvariant();
        for (var offset = 0; offset < 3; offset++)
        {
            var base64 = Base64(bytes, offset);
            yield return base64;
            yield return base64.Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>
    /// The letters of a longer base64 text that the secret alone decides, when it begins <paramref name="offset"/> bytes after a
    /// multiple of three: so it is found within <c>Basic dXNlcjpw…</c> too.
    /// </summary>
    private static string Base64(byte[] secret, int offset)
    {
        var padded = new byte[offset + secret.Length];
        secret.CopyTo(padded, offset);
        var text = Convert.ToBase64String(padded);
        var from = (offset * 8 + 5) / 6;
        var to = padded.Length * 8 / 6;
        return to > from ? text.Substring(from, to - from) : "";
    }

    private static string LowerEscapes(string url)
    {
        var text = new StringBuilder(url);
        for (var index = 0; index + 2 < text.Length; index++)
        {
            if (text[index] != '%') continue;
            text[index + 1] = char.ToLowerInvariant(text[index + 1]);
            text[index + 2] = char.ToLowerInvariant(text[index + 2]);
        }
        return text.ToString();
    }

    /// <summary>A password such as "consul" stands in every report for reasons of its own.</summary>
    private static bool IsOwnWord(string form) => form.Length < Part && FindingCatalogue.All.Any(row =>
        Holds(row.Title, form) || Holds(row.Cause, form) || Holds(row.Remedy, form) || Holds(row.Code, form) || (row.Command is not null && Holds(row.Command, form)));

    private static bool Holds(string text, string word) => text.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;
}
