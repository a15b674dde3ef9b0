using System.Collections.Concurrent;

namespace ConsulKvTools.Telemetry;

/// <summary>
/// Figures by the names of sessions. A script that makes session after session under ever new names must not fill the memory: of too many names those that were not used for the longest
/// time are forgotten, and what is counted now is always told by its name.
/// </summary>
/// <param name="most">So many names are kept, 10 or more; a few more while writes of all of them are under way.</param>
internal sealed class MetricNames(int most)
{
    private readonly ConcurrentDictionary<string, SessionMetrics> all = new(StringComparer.OrdinalIgnoreCase);
    private readonly object gate = new();

    /// <summary>Every session's figures, by name.</summary>
    public IEnumerable<SessionMetrics> All => all.Values.OrderBy(session => session.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The figures of sessions of this name, which is in use with that.</summary>
    public SessionMetrics Of(string name)
    {
        if (!all.TryGetValue(name, out var metrics))
        {
            if (all.Count >= most) Forget();
            metrics = all.GetOrAdd(name, made => new SessionMetrics(made));
        }
        metrics.Use();
        return metrics;
    }

    // A tenth at once, so that not every new name has to look through all of them.
    private void Forget()
    {
        lock (gate)
        {
            if (all.Count < most) return;
            foreach (var old in all.Values.Where(session => session.Pending == 0).OrderBy(session => session.LastUsed).Take(most / 10).ToArray()) all.TryRemove(old.Name, out _);
        }
    }
}
