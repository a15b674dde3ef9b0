using ConsulKvTools.Kv;

namespace ConsulKvTools;

/// <summary>One change of one watched key, from one answer of Consul's to the next.</summary>
/// <remarks>Consul tells states, not steps: of several writes between two answers only the last is seen.</remarks>
public sealed record ConsulKvChange : IOfSession
{
    /// <summary>What happened.</summary>
    public required ConsulKvChangeKind Kind { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value before, as text; null when there was none, or it was not kept.</summary>
    public string? OldValue => OldEntry?.Value;

    /// <summary>The value now, as text; null when the key was removed.</summary>
    public string? NewValue => NewEntry?.Value;

    /// <summary>The key before; null when there was none, or old values are not kept.</summary>
    public ConsulKvEntry? OldEntry { get; init; }

    /// <summary>The key now; null when it was removed.</summary>
    public ConsulKvEntry? NewEntry { get; init; }

    /// <summary>
    /// The ModifyIndex of the change; of a removal the index of the answer in which the key was missing: it happened at that index or before.
    /// </summary>
    public required ulong Index { get; init; }

    /// <summary>When the answer came, by this machine's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>True unless value and flags are as before and only the lock, or the index, moved. Null when old values are not kept.</summary>
    public bool? IsValueChanged => Kind != ConsulKvChangeKind.Changed ? true
        : OldEntry is null || NewEntry is null ? null : OldEntry.Flags != NewEntry.Flags || !OldEntry.Bytes.AsSpan().SequenceEqual(NewEntry.Bytes);

    /// <summary>The session it was watched with.</summary>
    public string? Session { get; init; }

    ConsulKvSession? IOfSession.Origin => (NewEntry ?? OldEntry)?.Origin;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Key} at {Index}";
}
