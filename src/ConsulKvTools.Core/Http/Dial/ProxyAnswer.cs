namespace ConsulKvTools.Http;

/// <summary>What came back for CONNECT.</summary>
/// <param name="FirstBytes">The first bytes received, at most 64; empty when the proxy closed without a word.</param>
/// <param name="Status">The HTTP status; null when the answer is no HTTP.</param>
/// <param name="Headers">Header lines as received.</param>
internal sealed record ProxyAnswer(byte[] FirstBytes, int? Status, IReadOnlyList<string> Headers)
{
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
