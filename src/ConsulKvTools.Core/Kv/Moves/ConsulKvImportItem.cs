namespace ConsulKvTools;

/// <summary>What an import would do about one key.</summary>
public sealed record ConsulKvImportItem
{
    /// <summary>The key in the store.</summary>
    public required string Key { get; init; }

    /// <summary>What would be done.</summary>
    public required ConsulKvImportAction Action { get; init; }

    /// <summary>The ModifyIndex that it is checked against; 0 when the key must not exist.</summary>
    public ulong Index { get; init; }

    /// <summary>Bytes of the value that is there; null when there is none.</summary>
    public int? OldSize { get; init; }

    /// <summary>Bytes of the value that would be there; null when there would be none.</summary>
    public int? NewSize { get; init; }

    /// <summary>The flags that are there; null when there is no key.</summary>
    public ulong? OldFlags { get; init; }

    /// <summary>The flags that would be there; null when there would be no key.</summary>
    public ulong? NewFlags { get; init; }

    /// <summary>Old and new value for people, bounded, secrets of the session masked; null when unchanged.</summary>
    public string? Difference { get; init; }

    /// <summary>The session it was compared with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Action} {Key}";
}
