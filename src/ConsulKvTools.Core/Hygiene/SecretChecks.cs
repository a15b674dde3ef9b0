using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ConsulKvTools.Hygiene;

/// <summary>What a pattern cannot say about a text that looks like a secret.</summary>
internal static class SecretChecks
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // In every manual and emulator, so no secret of anybody's.
    private static readonly string[] Published = ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==", "XXXXXXXXXXXXXXXXXXXXXXXX"];

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
        "Password" => IsPassword(text),
        "SecretWord" => IsSecretWord(text),
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

    private static bool IsPassword(string text) =>
        !SecretReferences.IsOne(text) && !LooksLikePath(text) && !IsAddressWithoutPassword(text) && text.Trim().Length >= 3
        && text.IndexOf('\n') < 0 && text.Split(' ').Length <= 6 && text is not ['[' or '{' or '|' or '>', ..];

    private static bool IsSecretWord(string text)
    {
        var bare = text.Trim();
        if (bare.Length is < 8 or > 4096 || SecretReferences.IsOne(bare) || LooksLikePath(bare) || bare.IndexOf("://", StringComparison.Ordinal) >= 0) return false;
        if (bare.Any(char.IsWhiteSpace) || bare.All(char.IsDigit) || Randomness.IsName(bare) || !Randomness.IsVaried(bare)) return false;
        return bare.Any(char.IsDigit) && bare.Any(char.IsLetter);
    }

    private static bool LooksLikePath(string text) =>
        text[0] is '/' or '~' || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal) || (text.Length > 2 && text[1] == ':' && text[2] is '\\' or '/') && char.IsLetter(text[0]);

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
