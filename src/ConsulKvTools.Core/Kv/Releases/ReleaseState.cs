namespace ConsulKvTools.Kv.Releases;

/// <summary>Which release is current, as it was read.</summary>
/// <param name="Current">The release the pointer names; null when there is no pointer.</param>
/// <param name="PointerIndex">The pointer's ModifyIndex; 0 when there is none.</param>
/// <param name="History">The switches so far.</param>
/// <param name="HistoryIndex">The history's ModifyIndex; 0 when there is none.</param>
internal sealed record ReleaseState(string? Current, ulong PointerIndex, ReleaseHistory History, ulong HistoryIndex);
