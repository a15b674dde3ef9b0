namespace ConsulKvTools.Kv.Sources;

/// <summary>The order in which Consul keeps and lists keys: by the bytes of their UTF-8. UTF-16's order differs from it above U+FFFF.</summary>
internal sealed class KvOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static readonly KvOrder Bytes = new();

    private KvOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return x is null ? y is null ? 0 : -1 : 1;
        var common = Math.Min(x.Length, y.Length);
        for (var i = 0; i < common; i++)
        {
            var (a, b) = (x[i], y[i]);
            if (a == b) continue;
            // Surrogates stand for code points above all that are one unit long, U+E000 to U+FFFF included.
            var (high, higher) = (char.IsSurrogate(a), char.IsSurrogate(b));
            return high == higher ? a - b : high ? 1 : -1;
        }
        return x.Length - y.Length;
    }
}
