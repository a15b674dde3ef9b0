namespace ConsulKvTools.Kv.Bulk;

/// <summary>What is known of the writes under way when their pipeline was stopped.</summary>
/// <param name="Written">How many are written, or were so already.</param>
/// <param name="Unknown">Keys of those that may or may not be written.</param>
/// <param name="NotWritten">Keys of those that are not and will not be.</param>
internal sealed record StoppedWrites(int Written, IReadOnlyList<string> Unknown, IReadOnlyList<string> NotWritten)
{
    private const int Shown = 5;

    public static StoppedWrites Of(IEnumerable<WriteBatch> batches)
    {
        var written = 0;
        var unknown = new List<string>();
        var not = new List<string>();
        foreach (var batch in batches)
            for (var position = 0; position < batch.Count; position++)
                // Without a result even now: it was sent, and nobody answered.
                switch (batch.IsSettled(position) ? batch.Results.Array![position].Outcome : ConsulKvOutcome.Unknown)
                {
                    case ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged: written++; break;
                    case ConsulKvOutcome.Unknown: unknown.Add(batch[position].Key); break;
                    default: not.Add(batch[position].Key); break;
                }
        return new StoppedWrites(written, unknown, not);
    }

    /// <summary>True when there is nothing to tell.</summary>
    public bool IsEmpty => Written == 0 && Unknown.Count == 0 && NotWritten.Count == 0;

    /// <summary>In words.</summary>
    public override string ToString()
    {
        var all = Written + Unknown.Count + NotWritten.Count;
        if (all == 1)
            return Written == 1 ? "The write was done, but its result was not given out."
                : NotWritten.Count == 1 ? $"{Names(NotWritten)} was not written and will not be."
                : $"It is not known whether {Names(Unknown)} was written: read it with Get-ConsulKvConsistent before writing again.";
        var parts = new List<string>();
        if (Written > 0) parts.Add($"{Written:N0} {(Written == 1 ? "is" : "are")} written");
        if (NotWritten.Count > 0) parts.Add($"{NotWritten.Count:N0} {(NotWritten.Count == 1 ? "is" : "are")} not written ({Names(NotWritten)})");
        if (Unknown.Count > 0) parts.Add($"of {Unknown.Count:N0} it is not known ({Names(Unknown)}): read {(Unknown.Count == 1 ? "it" : "them")} with Get-ConsulKvConsistent before writing again");
        return $"Of the {Amount.Of(all, "write")} whose results were not given out, {string.Join(", ", parts)}.";
    }

    private static string Names(IReadOnlyList<string> keys)
    {
        var names = string.Join(", ", keys.Take(Shown).Select(key => Printable.Text(key, 80)));
        return keys.Count <= Shown ? names : $"{names} … {Printable.Text(keys[keys.Count - 1], 80)}";
    }
}
