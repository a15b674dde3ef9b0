namespace ConsulKvTools.Capacity;

/// <summary>The largest so many of any number of things, in memory for so many.</summary>
/// <param name="limit">How many, 0 or more.</param>
internal sealed class LargestFew<T>(int limit)
{
    private readonly SortedDictionary<(long Size, long Order), T> kept = [];
    // Asked for every key, so it is not looked up.
    private long least;
    private long seen;

    /// <summary>Largest first; of equals the one that came first.</summary>
    public IEnumerable<T> Descending => kept.Reverse().Select(pair => pair.Value);

    /// <summary>True when something of this size would be kept: whoever has to make it first asks.</summary>
    public bool WouldKeep(long size) => limit > 0 && (kept.Count < limit || size > least);

    /// <summary>Keeps it if it is large enough.</summary>
    public void Add(long size, T thing)
    {
        if (!WouldKeep(size)) return;
        kept.Add((size, -seen++), thing);
        if (kept.Count > limit) kept.Remove(kept.Keys.First());
        least = kept.Keys.First().Size;
    }
}
