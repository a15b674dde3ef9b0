using System.Buffers.Binary;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>The few things of a ClientHello that the faults need.</summary>
internal sealed record ClientHello(IReadOnlyList<int> Versions, string? ServerName)
{
    public static ClientHello Nothing { get; } = new([], null);

    /// <summary>Reads the first record of a connection.</summary>
    /// <returns>The record's bytes; empty when the client closed before it was complete.</returns>
    public static async Task<byte[]> ReadRecordAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[5];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < header.Length) return [];
        // Plain HTTP sent to a TLS port would be taken for a huge record.
        if (header[0] != 0x16) return header;
        var record = new byte[5 + BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3))];
        header.CopyTo(record, 0);
        var body = record.AsMemory(5);
        return await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < body.Length ? [] : record;
    }

    public static ClientHello Parse(ReadOnlySpan<byte> record)
    {
        try
        {
            if (record.Length < 43 || record[0] != 0x16 || record[5] != 1) return Nothing;
            var at = 9;
            int legacy = BinaryPrimitives.ReadUInt16BigEndian(record[at..]);
            at += 2 + 32;
            at += 1 + record[at];
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(record[at..]);
            at += 1 + record[at];
            List<int> versions = [legacy];
            string? name = null;
            if (at + 2 > record.Length) return new(versions, null);
            for (at += 2; at + 4 <= record.Length;)
            {
                var type = BinaryPrimitives.ReadUInt16BigEndian(record[at..]);
                var length = BinaryPrimitives.ReadUInt16BigEndian(record[(at + 2)..]);
                var body = record.Slice(at + 4, length);
                if (type == 0) name = Encoding.ASCII.GetString(body.Slice(5, BinaryPrimitives.ReadUInt16BigEndian(body[3..])));
                if (type == 43)
                {
                    versions.Clear();
                    for (var i = 1; i + 1 < body.Length; i += 2) versions.Add(BinaryPrimitives.ReadUInt16BigEndian(body[i..]));
                }
                at += 4 + length;
            }
            return new(versions, name);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return Nothing;
        }
    }
}
