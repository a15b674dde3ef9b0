using ConsulKvTools.Capacity;

namespace ConsulKvTools;

/// <summary>What changed between two measurements, told by the keys' indexes alone.</summary>
/// <remarks>A key that was removed and made again counts as both; one that came and went in between is not seen.</remarks>
public sealed record ConsulKvChurn
{
    /// <summary>When the earlier measurement was taken.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The time between both.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Keys made since.</summary>
    public required long Created { get; init; }

    /// <summary>Keys that were there already and were written since, with another value.</summary>
    public required long Changed { get; init; }

    /// <summary>Keys removed since; null where the token may not see all: what it does not see any more need not be gone.</summary>
    public required long? Removed { get; init; }

    /// <summary>Stored bytes more than before; negative when there are fewer.</summary>
    public required long StoredBytesGrown { get; init; }

    /// <summary>
    /// Entries of the raft log from the last change seen then to the last one seen now: every write to the cluster counts, of services and
    /// sessions too. Removals that Consul has forgotten are not in it.
    /// </summary>
    public required ulong IndexDistance { get; init; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{MeasurementWords.Changes(this)} since {Since:yyyy-MM-dd HH:mm:ss zzz}");
}
