namespace ConsulKvTools.Kv.Reading;

/// <summary>What a read waits for; what is null is not asked for.</summary>
/// <param name="Index">The key's ModifyIndex must be this or more.</param>
/// <param name="Value">The key must have exactly these bytes.</param>
internal sealed record KvAwaited(ulong? Index, byte[]? Value)
{
    /// <summary>True when the entry shows what is waited for.</summary>
    public bool IsIn(ConsulKvEntry entry) =>
        (Index is null || entry.ModifyIndex >= Index) && (Value is null || Value.AsSpan().SequenceEqual(entry.Bytes));

    /// <summary>In words; never the value, which may be a secret.</summary>
    public override string ToString() => string.Join(" and ", new[]
    {
        Index is null ? null : $"index {Index}",
        Value is null ? null : $"the value of {Amount.Of(Value.Length, "byte")}",
    }.Where(part => part is not null));
}
