namespace ConsulKvTools.Cli.Json;

/// <summary>One change, on one line.</summary>
/// <param name="Kind">Initial, Added, Changed or Removed.</param>
/// <param name="Key">The key.</param>
/// <param name="Index">The ModifyIndex of the change; of a removal the index of the answer that lacked the key.</param>
/// <param name="Time">When the answer came.</param>
/// <param name="Old">The key before; null when there was none, or it is not known.</param>
/// <param name="New">The key now; null when it was removed.</param>
internal sealed record WatchLine(ConsulKvChangeKind Kind, string Key, ulong Index, DateTimeOffset Time, EntryRow? Old, EntryRow? New)
{
    public static WatchLine Of(ConsulKvChange change) => new(change.Kind, change.Key, change.Index, change.Time,
        change.OldEntry is { } old ? EntryRow.Of(old) : null, change.NewEntry is { } now ? EntryRow.Of(now) : null);
}
