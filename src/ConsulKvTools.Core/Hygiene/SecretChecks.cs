using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>What a pattern cannot say about a text that looks like a secret.</summary>
internal static class SecretChecks
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private const int MostWords = 6;
    private const int MostWordsOfPassphrase = 36;

    // In every manual and emulator, so no secret of anybody's.
    private static readonly string[] Published = ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", "XXXXXXXXXXXXXXXXXXXXXXXX"];

    // Where files are kept.
    private static readonly string[] Roots = ["~/", "./", "../", "/etc/", "/run/", "/var/", "/opt/", "/usr/", "/home/", "/mnt/", "/tmp/", "/secrets/", "/vault/", "/app/", "/srv/", "/dev/", "/proc/", "/config/", "/certs/", "/data/"];

    // What goes on in the next lines, and lists and maps: |, {, [ "a", "b" ], { user: web }. Passwords may begin with the same signs.
    private static readonly Regex Structure = new(
        @"\A(?:[|>][-+\d]{0,2}\z|\{\s*(?:\z|\}\W*\z|\\?[""'][\w .-]{1,80}\\?[""']\s*[:=]|[\w.-]{1,80}\s*(?:[:=]\s|:[\w""']*[,}]))|\[\s*(?:\z|\]\W*\z|\{\s*[""'\w\\]|\\?[""'][^""']{0,200}\\?[""']\s*(?:[,\]]|\z)|[\w.-]{1,80}\s*(?:,\s|\]\W*\z))|[{\[]\s)",
        RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));

    /// <summary>True for a text that begins a list or a map, or goes on in the next lines.</summary>
    public static bool IsStructure(string text) => Structure.IsMatch(text);

    /// <summary>Whether <paramref name="text"/> passes the check of a rule.</summary>
    /// <exception cref="KeyNotFoundException">There is no such check: a mistake in the rules.</exception>
    public static bool Passes(string? check, string text) => check switch
    {
        null => true,
        // Looked for in bytes that are no text, or run by run.
        "Bytes" or "Entropy" => true,
        "Random" => Randomness.IsVaried(text) && !SecretReferences.IsOne(text),
        "NotReference" => !SecretReferences.IsOne(text),
        "NotPublished" => Randomness.IsVaried(text) && !Array.Exists(Published, known => text.EndsWith(known, StringComparison.Ordinal)),
        "Password" => IsPassword(text, MostWords),
        "Passphrase" => IsPassword(text, MostWordsOfPassphrase),
        "SecretWord" => IsSecretWord(text),
        "RandomWord" => IsSecretWord(text) && Randomness.IsMixed(text.Trim()),
        "Base62Crc32" => HasChecksum(text),
        "JsonWebToken" => IsJsonWebToken(text),
        "Base64Pair" => IsPair(text),
        _ => throw new KeyNotFoundException($"There is no check '{check}'."),
    };

    /// <summary>The checksum of GitHub's and npm's tokens: their last six characters are the CRC-32 of those behind the prefix, in base 62.</summary>
    internal static string ChecksumOf(string body)
    {
        var sum = 0xFFFFFFFF;
        foreach (var letter in body)
        {
            sum ^= letter;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
        }
        sum = ~sum;
        var digits = new char[6];
        for (var at = 5; at >= 0; at--, sum /= 62) digits[at] = Base62[(int)(sum % 62)];
        return new string(digits);
    }

    private static bool HasChecksum(string token)
    {
        var body = token.Substring(token.IndexOf('_') + 1);
        return body.Length > 6 && ChecksumOf(body.Substring(0, body.Length - 6)) == body.Substring(body.Length - 6);
    }

    /// <summary>Whether what stands under the name of something above looks like a secret and not like a setting: one word with a digit or sign in it.</summary>
    public static bool IsTellingItself(string text) => text.Length >= 6 && !text.Any(char.IsWhiteSpace) && text.Any(letter => !char.IsLetter(letter) && letter is not ('-' or '_' or '.' or ':' or '/' or ','));

    private static bool IsPassword(string text, int mostWords) =>
        text.Trim().Length >= 3 && !SecretReferences.IsOne(text) && !LooksLikePath(text) && !IsAddressWithoutPassword(text) && !IsStructure(text)
        && (HasAtMost(mostWords, text) || (text.IndexOf('\n') < 0 && IsTellingItself(text.Substring(0, text.IndexOf(' ') + 1).Trim())));

    private static bool HasAtMost(int words, string text)
    {
        for (var at = 1; at < text.Length; at++)
            if (char.IsWhiteSpace(text[at]) && !char.IsWhiteSpace(text[at - 1]) && --words == 0) return false;
        return true;
    }

    private static bool IsSecretWord(string text)
    {
        var bare = text.Trim();
        if (bare.Length is < 8 or > 4096 || SecretReferences.IsOne(bare) || LooksLikePath(bare) || bare.IndexOf("://", StringComparison.Ordinal) >= 0) return false;
        if (bare.Any(char.IsWhiteSpace) || bare.All(char.IsDigit) || Randomness.IsName(bare) || !Randomness.IsVaried(bare)) return false;
        return bare.Any(char.IsDigit) && bare.Any(char.IsLetter);
    }

    /// <summary>True for a path of names: base64 and passwords begin with a slash too.</summary>
    private static bool LooksLikePath(string text)
    {
        if (!text.All(letter => char.IsLetterOrDigit(letter) || letter is '/' or '\\' or '.' or '_' or '-' or '@' or '%' or '+' or ':' or '~' or '$' or '{' or '}')) return false;
        if (Array.Exists(Roots, root => text.StartsWith(root, StringComparison.Ordinal))) return true;
        if (text.Length > 3 && char.IsLetter(text[0]) && text[1] == ':' && text[2] is '\\' or '/') return Randomness.IsName(text.Substring(3).Replace('\\', '/'));
        return text[0] == '/' && Randomness.IsName(text) && (text.IndexOf('/', 1) > 0 || !text.Any(char.IsDigit));
    }

    private static bool IsAddressWithoutPassword(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.IndexOf("://", StringComparison.Ordinal) > 0 && uri.UserInfo.IndexOf(':') < 0;

    private static bool IsJsonWebToken(string token)
    {
        try
        {
            using var header = JsonDocument.Parse(FromBase64Url(token.Substring(0, token.IndexOf('.'))));
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty("alg", out var algorithm)
                && algorithm.ValueKind == JsonValueKind.String && !string.Equals(algorithm.GetString(), "none", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception other) when (other is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsPair(string text)
    {
        try
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(text));
            var colon = pair.IndexOf(':');
            return colon > 0 && colon < pair.Length - 1 && pair.All(letter => letter >= ' ' && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.OtherNotAssigned && letter != '\uFFFD');
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static byte[] FromBase64Url(string text) => Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
