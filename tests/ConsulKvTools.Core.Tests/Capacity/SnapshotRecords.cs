using System.Buffers.Binary;

namespace ConsulKvTools.Tests.Capacity;

/// <summary>Walks through the <c>state.bin</c> of a snapshot: a header, then records, each a byte that says of what kind it is and one MessagePack value.</summary>
internal static class SnapshotRecords
{
    /// <summary>The kind of keys and values.</summary>
    public const byte Keys = 2;

    /// <summary>Bytes of all records of a kind, their first byte included.</summary>
    public static long BytesOf(byte kind, ReadOnlySpan<byte> state)
    {
        var (at, sum) = (End(state, 0), 0L);
        while (at < state.Length)
        {
            var end = End(state, at + 1);
            if (state[at] == kind) sum += end - at;
            at = end;
        }
        return sum;
    }

    /// <summary>Behind the value that begins at a place.</summary>
    private static int End(ReadOnlySpan<byte> state, int at)
    {
        var (head, rest) = (state[at], at + 1);
        return head switch
        {
            < 0x80 or >= 0xe0 or 0xc0 or 0xc2 or 0xc3 => rest,
            < 0x90 => Inner(state, rest, 2 * (head & 0x0f)),
            < 0xa0 => Inner(state, rest, head & 0x0f),
            < 0xc0 => rest + (head & 0x1f),
            0xc4 or 0xd9 => rest + 1 + state[rest],
            0xc5 or 0xda => rest + 2 + BinaryPrimitives.ReadUInt16BigEndian(state[rest..]),
            0xc6 or 0xdb => rest + 4 + BinaryPrimitives.ReadInt32BigEndian(state[rest..]),
            0xc7 => rest + 2 + state[rest],
            0xc8 => rest + 3 + BinaryPrimitives.ReadUInt16BigEndian(state[rest..]),
            0xc9 => rest + 5 + BinaryPrimitives.ReadInt32BigEndian(state[rest..]),
            0xcc or 0xd0 => rest + 1,
            0xcd or 0xd1 => rest + 2,
            0xca or 0xce or 0xd2 => rest + 4,
            0xcb or 0xcf or 0xd3 => rest + 8,
            >= 0xd4 and <= 0xd8 => rest + 1 + (1 << (head - 0xd4)),
            0xdc => Inner(state, rest + 2, BinaryPrimitives.ReadUInt16BigEndian(state[rest..])),
            0xdd => Inner(state, rest + 4, BinaryPrimitives.ReadInt32BigEndian(state[rest..])),
            0xde => Inner(state, rest + 2, 2 * BinaryPrimitives.ReadUInt16BigEndian(state[rest..])),
            0xdf => Inner(state, rest + 4, 2 * BinaryPrimitives.ReadInt32BigEndian(state[rest..])),
            _ => throw new InvalidDataException($"{head:x2} at {at} begins no MessagePack value."),
        };
    }

    private static int Inner(ReadOnlySpan<byte> state, int at, int count)
    {
        for (; count > 0; count--) at = End(state, at);
        return at;
    }
}
