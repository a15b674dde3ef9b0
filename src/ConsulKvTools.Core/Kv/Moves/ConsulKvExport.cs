namespace ConsulKvTools;

/// <summary>What an export wrote.</summary>
public sealed record ConsulKvExport
{
    /// <summary>The file or folder, as a full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its form.</summary>
    public required ConsulKvFormat Format { get; init; }

    /// <summary>What every exported key begins with; empty for the whole store.</summary>
    public required string Prefix { get; init; }

    /// <summary>How many keys it holds.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of their values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Keys that were left out by <c>-Exclude</c>.</summary>
    public long Excluded { get; init; }

    /// <summary>The highest ModifyIndex among the keys: the state of the store that it shows; null when it holds none.</summary>
    public ulong? Index { get; init; }

    /// <summary>SHA-256 of the file in lower-case hexadecimal digits; null for a folder.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Files of a folder that were written because their bytes differ; null for a file.</summary>
    public int? FilesWritten { get; init; }

    /// <summary>Files of a folder that were removed because their keys are gone; null for a file.</summary>
    public int? FilesRemoved { get; init; }

    /// <summary>From the question to the file in its place.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The session it was read with.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
