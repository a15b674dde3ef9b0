namespace ConsulKvTools.Http;

/// <summary>The greatest index that was seen, from whatever thread.</summary>
internal sealed class HighestIndex
{
    private long highest;

    /// <summary>It; 0 before any was seen.</summary>
    public ulong Value => (ulong)Interlocked.Read(ref highest);

    /// <summary>Takes note of an index.</summary>
    public void Raise(long index)
    {
        var seen = Interlocked.Read(ref highest);
        while (index > seen)
        {
            var before = Interlocked.CompareExchange(ref highest, index, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
