namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>Keys and values that come out the same in every run and in every process.</summary>
internal static class KeySet
{
    public const int ValueLength = 100;

    /// <summary>The key at a position. The same rule stands in <c>benchmarks/PowerShell/keys.ps1</c>.</summary>
    public static string Key(string prefix, int position) => $"{prefix}{position / 1000:D4}/{position:D7}";

    /// <summary>The value at a position: 100 bytes of letters and digits.</summary>
    public static byte[] Value(int position)
    {
        var value = new byte[ValueLength];
        var state = (uint)position * 2654435761u + 12345;
        for (var at = 0; at < value.Length; at++)
        {
            state = state * 1664525 + 1013904223;
            value[at] = "abcdefghijklmnopqrstuvwxyzABCDEF0123"u8[(int)(state >> 16) % 36];
        }
        return value;
    }

    public static IReadOnlyList<KeyValuePair<string, byte[]>> Make(string prefix, int count) =>
        [.. Enumerable.Range(0, count).Select(position => KeyValuePair.Create(Key(prefix, position), Value(position)))];
}
