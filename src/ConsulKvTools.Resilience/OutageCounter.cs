namespace ConsulKvTools.Resilience;

/// <summary>Counts outages in a row. Polly's breaker knows shares of a window only, in which one success hides many failures.</summary>
/// <param name="time">The clock.</param>
/// <param name="window">An outage this long after the one before begins a new row.</param>
internal sealed class OutageCounter(TimeProvider time, TimeSpan window)
{
    private readonly object gate = new();
    private int inRow;
    private long last;

    /// <summary>Notes one attempt; gives back how many outages there were in a row, this one included.</summary>
    public int Note(bool isOutage)
    {
        // Every request comes by here; nearly all find nothing to forget.
        if (!isOutage && Volatile.Read(ref inRow) == 0) return 0;
        lock (gate)
        {
            if (!isOutage) return inRow = 0;
            var now = time.GetTimestamp();
            inRow = inRow > 0 && time.GetElapsedTime(last, now) <= window ? inRow + 1 : 1;
            last = now;
            return inRow;
        }
    }
}
