using System.Globalization;
using System.Text;

namespace ConsulKvTools.Http;

/// <summary>What came back for CONNECT.</summary>
/// <param name="FirstBytes">The first bytes received, at most 64; empty when the proxy closed without a word.</param>
/// <param name="Status">The HTTP status; null when the answer is no HTTP.</param>
/// <param name="Headers">Header lines as received.</param>
internal sealed record ProxyAnswer(byte[] FirstBytes, int? Status, IReadOnlyList<string> Headers)
{
    /// <summary>Reads an answer's head.</summary>
    public static ProxyAnswer Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.ASCII.GetString(bytes.ToArray()).Split('\n');
        var words = lines[0].TrimEnd('\r').Split([' '], 3);
        int? status = words.Length >= 2 && words[0].StartsWith("HTTP/", StringComparison.Ordinal)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var headers = lines.Skip(1).Select(line => line.TrimEnd('\r')).TakeWhile(line => line.Length > 0).ToArray();
        return new ProxyAnswer(bytes.Slice(0, Math.Min(bytes.Length, 64)).ToArray(), status, headers);
    }

    /// <summary>The value of the first header of this name; null when there is none.</summary>
    public string? Header(string name)
    {
        foreach (var line in Headers)
        {
            var colon = line.IndexOf(':');
            if (colon == name.Length && line.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return line.Substring(colon + 1).Trim();
        }
        return null;
    }
}
