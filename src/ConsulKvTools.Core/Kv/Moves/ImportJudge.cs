using System.Globalization;
using ConsulKvTools.Kv.Changes;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Says what an import does about a key.</summary>
/// <param name="undo">The undo file that is imported; null when it is none.</param>
/// <param name="force">True to write whatever somebody wrote after the import that is undone.</param>
internal sealed class ImportJudge(UndoReader? undo, bool force)
{
    /// <summary>What is to be done about a key, and what is to be there then.</summary>
    /// <param name="wanted">What the document has; null when it does not have the key.</param>
    /// <param name="now">What the store has; null when it does not have the key.</param>
    public (ConsulKvImportAction Action, ConsulKvEntry? After) Judge(ConsulKvEntry? wanted, ConsulKvEntry? now)
    {
        var after = wanted;
        if (wanted is not null && undo?.States[wanted.Key] is { } state)
        {
            after = state.WasThere ? wanted : null;
            if (!IsSame(after, now) && !state.IsAfter(now) && !force) return (ConsulKvImportAction.Conflict, after);
        }
        return (IsSame(after, now) ? ConsulKvImportAction.Unchanged : after is null ? ConsulKvImportAction.Delete : now is null ? ConsulKvImportAction.Create : ConsulKvImportAction.Change, after);
    }

    /// <summary>What is judged, for people.</summary>
    public static ConsulKvImportItem Item(ConsulKvSession session, string key, ConsulKvImportAction action, ConsulKvEntry? now, ConsulKvEntry? after)
    {
        string? difference = null;
        if (action != ConsulKvImportAction.Unchanged)
        {
            var values = new ValueDifference(session.Mask.OwnOf);
            difference = after is null ? now is null ? null : values.Shown(now.Bytes) : now is null ? values.Shown(after.Bytes)
                : now.Bytes.AsSpan().SequenceEqual(after.Bytes) ? values.Shown(now.Bytes) + " stays" : values.Between(now.Bytes, after.Bytes);
            if (after is not null && now is not null && now.Flags != after.Flags) difference += string.Format(CultureInfo.InvariantCulture, ", flags {0} → {1}", now.Flags, after.Flags);
        }
        return new ConsulKvImportItem
        {
            Key = key, Action = action, Index = now?.ModifyIndex ?? 0, OldSize = now?.Bytes.Length, NewSize = after?.Bytes.Length, OldFlags = now?.Flags, NewFlags = after?.Flags, Difference = difference, Session = session.Name,
        };
    }

    private static bool IsSame(ConsulKvEntry? one, ConsulKvEntry? other) =>
        one is null || other is null ? one is null && other is null : one.Flags == other.Flags && one.Bytes.AsSpan().SequenceEqual(other.Bytes);
}
