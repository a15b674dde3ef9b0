using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Tests.Hygiene;

/// <summary>Makes a text of an example in secret-rules.json: <c>{base62:20}</c> and its like become random, the same for the same seed; <c>{{</c> is a brace.</summary>
internal static partial class SecretExample
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private static readonly string Letters = Small + Small.ToUpperInvariant();

    public static byte[] Make(string example, int seed)
    {
        var random = new Random(seed);
        if (example.StartsWith("{bytes:", StringComparison.Ordinal))
            return [.. Bytes().Matches(example).SelectMany(match => Convert.FromHexString(match.Groups[1].Value))];
        var text = Place().Replace(example, match => match.Value switch
        {
            "{{" => "{",
            "}}" => "}",
            _ => One(match.Groups["kind"].Value, match.Groups["of"].Value, random),
        });
        return Encoding.UTF8.GetBytes(text);
    }

    private static string One(string kind, string of, Random random)
    {
        string Draw(string alphabet, int count) => new([.. Enumerable.Range(0, count).Select(_ => alphabet[random.Next(alphabet.Length)])]);
        var count = int.TryParse(of, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        switch (kind)
        {
            case "base62": return Draw(Letters + Digits, count);
            case "base64": return Draw(Letters + Digits + "+/", count);
            case "hex": return Draw("0123456789abcdef", count);
            case "digits": return Draw("123456789", count);
            case "letters": return Draw(Letters, count);
            case "upper32": return Draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count);
            case "bech32": return Draw("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", count);
            case "bech32l": return Draw("qpzry9x8gf2tvdw0s3jn54khce6mua7l", count);
            case "uuid": return $"{Draw("0123456789abcdef", 8)}-{Draw("0123456789abcdef", 4)}-4{Draw("0123456789abcdef", 3)}-a{Draw("0123456789abcdef", 3)}-{Draw("0123456789abcdef", 12)}";
            case "password": return "Tr0ub4dor" + Draw(Digits, 1) + Draw("!%^*", 1) + Draw(Letters, 4);
            case "login": return Convert.ToBase64String(Encoding.UTF8.GetBytes("ci:" + Draw(Letters, 12)));
            case "jwt":
                static string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
                return $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part($$"""{"sub":"{{Draw(Digits, 10)}}"}""")}.{Draw(Letters + Digits, 64)}";
            case "crc":
                var body = Draw(Letters + Digits, 30);
                return of + body + SecretChecks.ChecksumOf(body);
            default: throw new KeyNotFoundException(kind);
        }
    }

    [GeneratedRegex(@"\{\{|\}\}|\{(?<kind>[a-z0-9]+)(?::(?<of>[A-Za-z0-9_]+))?\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"\{bytes:([0-9A-F]+)\}")]
    private static partial Regex Bytes();
}
