namespace ConsulKvTools.Http;

/// <summary>Puts handshake messages together: a message may span records, and a record may hold several.</summary>
internal sealed class TlsHandshakeReader(TlsHandshakeReader.MessageHandler handler)
{
    // A chain of real certificates is some kilobytes; whoever sends more than this is not worth the memory.
    private const int Limit = 256 * 1024;

    private byte[] pending = [];
    private int count;

    /// <summary>Told of every complete message.</summary>
    public delegate void MessageHandler(byte type, ReadOnlySpan<byte> body);

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (count + bytes.Length > Limit) return;
        if (pending.Length < count + bytes.Length) Array.Resize(ref pending, Math.Max(count + bytes.Length, 4096));
        bytes.CopyTo(pending.AsSpan(count));
        count += bytes.Length;
        var start = 0;
        while (count - start >= 4)
        {
            var length = pending[start + 1] << 16 | pending[start + 2] << 8 | pending[start + 3];
            if (count - start - 4 < length) break;
            handler(pending[start], pending.AsSpan(start + 4, length));
            start += 4 + length;
        }
        if (start == 0) return;
        pending.AsSpan(start, count - start).CopyTo(pending);
        count -= start;
    }
}
