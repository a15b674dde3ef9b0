namespace ConsulKvTools.Kv.Watching;

/// <summary>What is between the keys that are held and those of the next answer.</summary>
/// <param name="keepsValues">False keeps of each key only indexes and a print of its value.</param>
internal sealed class KvDifference(bool keepsValues)
{
    private Dictionary<string, KvHeldEntry> held = new(StringComparer.Ordinal);

    /// <summary>How many keys are held.</summary>
    public int Count => held.Count;

    /// <summary>The keys that are held and not in the answer.</summary>
    public List<string> Missing(IReadOnlyList<ConsulKvEntry> entries)
    {
        var missing = new List<string>();
        if (held.Count == 0) return missing;
        var there = new HashSet<string>(entries.Select(entry => entry.Key), StringComparer.Ordinal);
        if (there.Count >= held.Count && held.Keys.All(there.Contains)) return missing;
        missing.AddRange(held.Keys.Where(key => !there.Contains(key)));
        return missing;
    }

    /// <summary>Takes the entries of an answer; those that are new or other than before, in the order of their writes.</summary>
    public List<(ConsulKvEntry Entry, bool IsNew, ConsulKvEntry? Old)> Take(IReadOnlyList<ConsulKvEntry> entries)
    {
        var moved = new List<(ConsulKvEntry Entry, bool IsNew, ConsulKvEntry? Old)>();
        foreach (var entry in entries)
        {
            var isHeld = held.TryGetValue(entry.Key, out var before);
            if (isHeld && before.Is(entry)) continue;
            held[entry.Key] = KvHeldEntry.Of(entry, keepsValues);
            moved.Add((entry, !isHeld, before.Entry));
        }
        moved.Sort((one, other) => one.Entry.ModifyIndex.CompareTo(other.Entry.ModifyIndex) is var order and not 0 ? order : string.CompareOrdinal(one.Entry.Key, other.Entry.Key));
        return moved;
    }

    /// <summary>Forgets a key; what was held of it.</summary>
    public ConsulKvEntry? Remove(string key)
    {
        held.TryGetValue(key, out var before);
        held.Remove(key);
        return before.Entry;
    }
}
