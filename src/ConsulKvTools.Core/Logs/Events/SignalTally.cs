using ConsulKvTools.Logs.Grouping;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Events;

/// <summary>Signs of one kind, of which there may be millions: all are in the numbers, the earliest are kept.</summary>
internal sealed class SignalTally
{
    private const int MostKept = 1000;
    private const int MostOwners = 1000;

    private readonly HashSet<(string? Node, LogSource Log)> owners = [];
    private List<LogSignal> kept = [];

    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>The first by time; null when none has one.</summary>
    public DateTimeOffset? First { get; private set; }

    /// <summary>The last by time; null when none has one.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>When they were.</summary>
    public TimeHistogram Times { get; } = new();

    /// <summary>The one that took longest, of equals the first; before any is there, null.</summary>
    public LogSignal? Longest { get; private set; }

    /// <summary>The last by time, where there is none the last that came; before any is there, null.</summary>
    public LogSignal? Latest { get; private set; }

    /// <summary>The first thousand by time.</summary>
    public IReadOnlyList<LogSignal> Earliest => [.. EventTeller.Ordered(kept).Take(MostKept)];

    /// <summary>Whose they are, in the order of names.</summary>
    public IEnumerable<string> Nodes => owners.Select(owner => owner.Node ?? owner.Log.Node).OfType<string>().Distinct(StringComparer.Ordinal).OrderBy(node => node, StringComparer.Ordinal);

    /// <summary>Counts one.</summary>
    public void Add(LogSignal signal)
    {
        Count++;
        if (signal.Time is { } time)
        {
            if (First is null || time < First) First = time;
            if (Last is null || time > Last) Last = time;
            Times.Add(time);
        }
        if (Longest is null || signal.Duration > Longest.Duration) Longest = signal;
        if (Latest is null || !(signal.Time < Latest.Time)) Latest = signal;
        if (owners.Count < MostOwners) owners.Add((signal.Node, signal.Log));
        kept.Add(signal);
        // Logs are read one after the other, so an earlier one may still come.
        if (kept.Count >= 4 * MostKept) kept = [.. Earliest];
    }
}
