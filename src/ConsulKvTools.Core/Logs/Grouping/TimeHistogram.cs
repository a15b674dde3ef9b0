namespace ConsulKvTools.Logs.Grouping;

/// <summary>Counts by time in bounded memory, whatever span they turn out to have: when there are too many parts, two become one.</summary>
internal sealed class TimeHistogram
{
    private const int MostParts = 512;

    private Dictionary<long, long> parts = [];
    private long step = TimeSpan.TicksPerSecond;

    /// <summary>Counts one.</summary>
    public void Add(DateTimeOffset time)
    {
        var part = time.UtcTicks / step;
        parts[part] = parts.TryGetValue(part, out var count) ? count + 1 : 1;
        while (parts.Count > MostParts)
        {
            step *= 2;
            var halved = new Dictionary<long, long>();
            foreach (var pair in parts) halved[pair.Key / 2] = halved.TryGetValue(pair.Key / 2, out var sum) ? sum + pair.Value : pair.Value;
            parts = halved;
        }
    }

    /// <summary>The counts in equal parts of a span.</summary>
    public long[] Over(DateTimeOffset start, TimeSpan each, int count)
    {
        var result = new long[count];
        foreach (var pair in parts)
        {
            // The first moment of a part lies up to a part before what was counted in it.
            var place = (pair.Key * step + step / 2 - start.UtcTicks) / Math.Max(1, each.Ticks);
            result[Math.Min(count - 1, Math.Max(0, place))] += pair.Value;
        }
        return result;
    }
}
