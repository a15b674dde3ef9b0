namespace ConsulKvTools.Http;

/// <summary>Reads the length-prefixed fields of TLS messages; stops quietly at the end of a malformed one.</summary>
internal ref struct TlsReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool IsEmpty => rest.IsEmpty;

    public ReadOnlySpan<byte> Take(int count)
    {
        var taken = rest.Slice(0, Math.Min(count, rest.Length));
        rest = rest.Slice(taken.Length);
        return taken;
    }

    public int Number(int size)
    {
        var value = 0;
        foreach (var one in Take(size)) value = value << 8 | one;
        return value;
    }

    /// <summary>A field that says its own length in <paramref name="lengthSize"/> bytes.</summary>
    public ReadOnlySpan<byte> Field(int lengthSize) => Take(Number(lengthSize));
}
