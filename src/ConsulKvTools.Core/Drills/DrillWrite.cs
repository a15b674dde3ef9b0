using System.Security.Cryptography;

namespace ConsulKvTools.Drills;

/// <summary>What a write would leave behind, without its value.</summary>
/// <param name="IsTree">True for the removal of a tree.</param>
/// <param name="Hash">SHA-256 of the value; null for a removal.</param>
/// <param name="Flags">The flags.</param>
internal sealed record DrillWrite(bool IsTree, string? Hash, ulong Flags)
{
    /// <summary>Of a write.</summary>
    public static DrillWrite Of(ConsulKvWrite write) => new(write.Kind == ConsulKvWriteKind.DeleteTree, Kv.KvWriter.IsRemoval(write) ? null : HashOf(write.Value), write.Flags);

    /// <summary>Whether the key is as this write leaves it.</summary>
    public bool Fits(ConsulKvEntry? entry) => Hash is null ? entry is null : entry is not null && entry.Flags == Flags && HashOf(entry.Bytes) == Hash;

    private static string HashOf(byte[] value)
    {
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(value));
    }
}
