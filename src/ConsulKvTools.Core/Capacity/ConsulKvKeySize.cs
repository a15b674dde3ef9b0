namespace ConsulKvTools;

/// <summary>A key and how large its value is. Goes down a pipeline to whatever takes keys.</summary>
public sealed record ConsulKvKeySize
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>Bytes of its value.</summary>
    public required long Bytes { get; init; }

    /// <summary>Raft index of its last change.</summary>
    public required ulong ModifyIndex { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Key;
}
