namespace ConsulKvTools;

/// <summary>What one line of a history file says: the sizes of a store at one time.</summary>
public sealed record ConsulKvMeasurePoint
{
    /// <summary>When it was measured.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The keys.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of their values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes they take in a snapshot.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>The index of the last change; 0 when the store never had a key.</summary>
    public required ulong Index { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Time:yyyy-MM-dd HH:mm:ss zzz}: {Amount.Of(Keys, "key")}");
}
