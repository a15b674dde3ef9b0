using System.Globalization;
using System.Text;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>One whole HTTP/1 answer on a connection, as far as it matters for what comes next on it.</summary>
/// <param name="Line">The status line.</param>
/// <param name="StaysOpen">Whether the connection may carry another request.</param>
internal sealed record HttpFrame(string Line, bool StaysOpen)
{
    private const string HeadEnd = "\r\n\r\n";

    /// <summary>Whether these bytes can be the beginning of an HTTP/1 answer.</summary>
    public static bool MayBegin(byte[] bytes, int count) =>
        "HTTP/1.".StartsWith(Encoding.ASCII.GetString(bytes, 0, Math.Min(count, 7)), StringComparison.Ordinal);

    /// <summary>Reads the answer; null while there is more to come.</summary>
    /// <param name="bytes">What was received.</param>
    /// <param name="count">How much of it.</param>
    /// <param name="ended">True when the far end has closed: an answer without a length ends there.</param>
    public static HttpFrame? Read(byte[] bytes, int count, bool ended)
    {
        // One character a byte, so that positions in the text are positions in the bytes.
        var text = Encoding.GetEncoding(28591).GetString(bytes, 0, count);
        var head = text.IndexOf(HeadEnd, StringComparison.Ordinal);
        if (head < 0) return null;
        var lines = text.Substring(0, head).Split(["\r\n"], StringSplitOptions.None);
        var body = head + HeadEnd.Length;
        var close = Header(lines, "Connection")?.IndexOf("close", StringComparison.OrdinalIgnoreCase) >= 0
            || (lines[0].StartsWith("HTTP/1.0", StringComparison.Ordinal) && Header(lines, "Connection")?.IndexOf("keep-alive", StringComparison.OrdinalIgnoreCase) is null or < 0);
        if (Header(lines, "Transfer-Encoding") is { } coding && coding.IndexOf("chunked", StringComparison.OrdinalIgnoreCase) >= 0)
            return EndsChunks(text, body) ? new HttpFrame(lines[0], !close) : null;
        if (long.TryParse(Header(lines, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return count - body >= length ? new HttpFrame(lines[0], !close) : null;
        return ended ? new HttpFrame(lines[0], false) : null;
    }

    private static string? Header(string[] lines, string name) =>
        Array.Find(lines, line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?.Substring(name.Length + 1).Trim();

    private static bool EndsChunks(string text, int position)
    {
        while (true)
        {
            var end = text.IndexOf("\r\n", position, StringComparison.Ordinal);
            if (end < 0) return false;
            var size = text.Substring(position, end - position).Split(';')[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0) return true;
            // Behind the last chunk: trailers, if any, and an empty line.
            if (length == 0) return text.IndexOf("\r\n\r\n", end, StringComparison.Ordinal) >= 0;
            if (length > text.Length - end) return false;
            position = end + 2 + length + 2;
            if (position > text.Length) return false;
        }
    }
}
