using System.Security.Cryptography;

namespace ConsulKvTools.Kv.Moves;

/// <summary>What an undo file knows of a key besides the value to give back.</summary>
/// <param name="WasThere">True when the key was there before the import; else the undo removes it.</param>
/// <param name="AfterFlags">The flags that the import wrote; null when it removed the key.</param>
/// <param name="AfterHash">SHA-256 of the value that the import wrote; null when it removed the key.</param>
internal sealed record UndoState(bool WasThere, ulong? AfterFlags, byte[]? AfterHash)
{
    /// <summary>True when the store still has what the import left: nobody has written since.</summary>
    public bool IsAfter(ConsulKvEntry? now) => now is null ? AfterHash is null : AfterHash is not null && now.Flags == AfterFlags && AfterHash.AsSpan().SequenceEqual(HashOf(now.Bytes));

    /// <summary>The hash of a value.</summary>
    public static byte[] HashOf(byte[] value)
    {
        using var hash = SHA256.Create();
        return hash.ComputeHash(value);
    }
}
