namespace ConsulKvTools;

/// <summary>One write that is asked for.</summary>
public sealed record ConsulKvWrite
{
    /// <summary>The key, or for <see cref="ConsulKvWriteKind.DeleteTree"/> the prefix.</summary>
    public required string Key { get; init; }

    /// <summary>What is asked for.</summary>
    public ConsulKvWriteKind Kind { get; init; }

    /// <summary>The value's bytes; ignored by the removals.</summary>
    public byte[] Value { get; init; } = [];

    /// <summary>A number to store along with the value. Consul sets it to 0 when none is sent, so it is always sent.</summary>
    public ulong Flags { get; init; }

    /// <summary>The ModifyIndex to check against, above zero; only for the check-and-set kinds.</summary>
    public ulong Index { get; init; }

    /// <summary>Id of the lock session; only for acquire and release.</summary>
    public string? LockSession { get; init; }

    /// <summary>
    /// Reads first and makes every attempt a check-and-set: the write is applied once at most, and not even a late attempt overwrites a newer
    /// value. Only a key that was missing can be created again by a late attempt, if somebody removes it; the result then notes that.
    /// </summary>
    public bool Fenced { get; init; }

    /// <summary>Prefix for a small marker key that makes every outcome decidable; null goes without.</summary>
    public string? OperationPrefix { get; init; }
}
