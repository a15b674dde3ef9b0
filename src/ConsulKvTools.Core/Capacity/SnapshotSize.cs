using System.Text;

namespace ConsulKvTools.Capacity;

/// <summary>
/// How many bytes an entry takes in a snapshot of Consul's, and nearly the same in the raft log: a MessagePack map of the names and values of
/// its seven fields, behind a byte that says what it is. Seen in <c>state.bin</c> of Consul 1.8.7.
/// </summary>
internal static class SnapshotSize
{
    // The byte that tells entries from nodes and services, the map's header, and the seven names, each behind a byte with its length.
    private const int Fixed = 1 + 1 + 7 + 9 + 3 + 5 + 5 + 7 + 11 + 11;

    private const int LockSessionText = 36;

    /// <summary>Bytes of an entry.</summary>
    public static long Of(in KvSize entry) => Fixed
        + Raw(Encoding.UTF8.GetByteCount(entry.Key)) + Raw(entry.ValueBytes) + Raw(entry.HasLock ? LockSessionText : 0)
        + Number(entry.LockIndex) + Number(entry.Flags) + Number(entry.CreateIndex) + Number(entry.ModifyIndex);

    private static long Raw(int length) => length + (length < 32 ? 1 : length <= ushort.MaxValue ? 3 : 5);

    private static int Number(ulong number) => number switch { < 128 => 1, <= byte.MaxValue => 2, <= ushort.MaxValue => 3, <= uint.MaxValue => 5, _ => 9 };
}
