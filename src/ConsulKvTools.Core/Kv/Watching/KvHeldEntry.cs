using System.Security.Cryptography;

namespace ConsulKvTools.Kv.Watching;

/// <summary>What a watch remembers of a key: the entry, or where old values are not wanted its indexes and a print.</summary>
internal readonly struct KvHeldEntry
{
    private readonly ulong created;
    private readonly ulong modified;
    private readonly long print;

    private KvHeldEntry(ConsulKvEntry entry, bool keepsValue)
    {
        (created, modified) = (entry.CreateIndex, entry.ModifyIndex);
        if (keepsValue) Entry = entry;
        else print = PrintOf(entry);
    }

    /// <summary>The entry; null when it is not kept.</summary>
    public ConsulKvEntry? Entry { get; }

    /// <summary>Remembers an entry.</summary>
    public static KvHeldEntry Of(ConsulKvEntry entry, bool keepsValue) => new(entry, keepsValue);

    /// <summary>True when nothing of the key has moved.</summary>
    /// <remarks>Indexes alone do not say so: in a store that was begun anew another value may have the same.</remarks>
    public bool Is(ConsulKvEntry now) =>
        created == now.CreateIndex && modified == now.ModifyIndex
        && (Entry is { } before
            ? before.LockIndex == now.LockIndex && before.Flags == now.Flags && before.LockSession == now.LockSession && before.Bytes.AsSpan().SequenceEqual(now.Bytes)
            : print == PrintOf(now));

    private static long PrintOf(ConsulKvEntry entry)
    {
        using var hash = SHA256.Create();
        return BitConverter.ToInt64(hash.ComputeHash(entry.Bytes), 0) ^ (long)entry.Flags ^ ((long)entry.LockIndex << 32);
    }
}
