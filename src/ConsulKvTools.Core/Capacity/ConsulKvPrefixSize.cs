namespace ConsulKvTools;

/// <summary>A folder of the store and all that is below it.</summary>
public sealed record ConsulKvPrefixSize
{
    /// <summary>The prefix, with its slash; empty for the whole store.</summary>
    public required string Prefix { get; init; }

    /// <summary>Its level below what was measured: 1 for the first. 0 is what was measured itself.</summary>
    public required int Level { get; init; }

    /// <summary>Keys below it, on every level.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of their values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes they take in a snapshot: values, names and what Consul keeps with each.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>What lies directly in it: keys and folders.</summary>
    public required long Children { get; init; }

    /// <summary>Its share of the stored bytes of all that was measured, 0 to 1.</summary>
    public double Share { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Prefix;
}
