using System.Text;
using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>One key with its value and what the read said about it.</summary>
public sealed class ConsulKvEntry : IOfSession
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private string? text;

    /// <summary>The key, as stored.</summary>
    public required string Key { get; init; }

    /// <summary>The value as UTF-8 text; bytes that are none show as U+FFFD (see <see cref="IsText"/>).</summary>
    public string Value => text ??= Encoding.UTF8.GetString(Bytes);

    /// <summary>The value's bytes; empty for an empty value.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>The number a client stored along with the value.</summary>
    public ulong Flags { get; init; }

    /// <summary>Raft index of the write that created the key.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Raft index of the last change: give it to <c>Set-ConsulKv -CheckAndSet</c>. A write of the same value does not move it.</summary>
    public ulong ModifyIndex { get; init; }

    /// <summary>How often the key was acquired as a lock.</summary>
    public ulong LockIndex { get; init; }

    /// <summary>The lock session that holds the key; null when none does.</summary>
    public string? LockSession { get; init; }

    /// <summary>The mode it was read in.</summary>
    public ConsulConsistency Consistency { get; init; }

    /// <summary>Since the answering server heard of the leader; zero from the leader itself, null when it did not say.</summary>
    public TimeSpan? LastContact { get; init; }

    /// <summary>The session it was read with.</summary>
    public string? Session { get; init; }

    internal ConsulKvSession? Origin { get; init; }

    ConsulKvSession? IOfSession.Origin => Origin;

    /// <summary>True when the value is valid UTF-8.</summary>
    public bool IsText
    {
        get
        {
            try
            {
                Strict.GetCharCount(Bytes);
                return true;
            }
            catch (DecoderFallbackException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Key;
}
