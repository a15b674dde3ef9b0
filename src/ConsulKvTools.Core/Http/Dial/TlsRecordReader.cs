namespace ConsulKvTools.Http;

/// <summary>Cuts one direction of a TLS connection into records, however the bytes arrive.</summary>
internal sealed class TlsRecordReader(TlsRecordReader.RecordHandler handler)
{
    private const int HeaderLength = 5;

    private readonly byte[] header = new byte[HeaderLength];
    private int headerCount;
    private byte[] payload = [];
    private int payloadLength;
    private int payloadCount;

    /// <summary>Told of every complete record.</summary>
    public delegate void RecordHandler(byte type, ReadOnlySpan<byte> payload);

    /// <summary>True once something came that no TLS record starts with; nothing is cut from then on.</summary>
    public bool IsNotTls { get; private set; }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !IsNotTls)
        {
            if (headerCount < HeaderLength)
            {
                header[headerCount++] = bytes[0];
                bytes = bytes.Slice(1);
                // Type 20 to 23, then a version that starts with 3: nothing else talks like that.
                if (headerCount == 1 && header[0] is < 20 or > 24 || headerCount == 2 && header[1] != 3) IsNotTls = true;
                if (headerCount < HeaderLength) continue;
                payloadLength = header[3] << 8 | header[4];
                payloadCount = 0;
                if (payload.Length < payloadLength) payload = new byte[payloadLength];
            }
            var take = Math.Min(payloadLength - payloadCount, bytes.Length);
            bytes.Slice(0, take).CopyTo(payload.AsSpan(payloadCount));
            payloadCount += take;
            bytes = bytes.Slice(take);
            if (payloadCount < payloadLength) return;
            headerCount = 0;
            handler(header[0], payload.AsSpan(0, payloadLength));
        }
    }
}
