namespace ConsulKvTools.Logs.Events;

/// <summary>Takes signs and keeps in bounded memory what their events are told of, however often a log repeats one.</summary>
internal sealed class SignalBook
{
    // Of what an agent says once in a while: so many only come together in years.
    private const int MostOfKind = 20_000;

    private readonly Dictionary<LogSignalKind, SignalTally> tallies = [];
    private readonly Dictionary<LogSignalKind, int> counts = [];
    private readonly AbsenceSigns absences = new();
    private readonly List<LogSignal> kept = [];

    /// <summary>When a leader was missing for the last time; null when never, or when there are no times.</summary>
    public DateTimeOffset? LastMissed { get; private set; }

    /// <summary>Starts and stops of agents, and snapshots.</summary>
    public IReadOnlyList<LogSignal> Kept => kept;

    /// <summary>What was said of leaders.</summary>
    public IEnumerable<LogSignal> OfLeaders => kept.Where(signal => signal.Kind <= LogSignalKind.Leaderless).Concat(absences.Kept);

    /// <summary>Those of a kind that is counted: snapshots that are done, slow writes, times that go back.</summary>
    public SignalTally Of(LogSignalKind kind) => tallies.TryGetValue(kind, out var tally) ? tally : new();

    /// <summary>Takes one.</summary>
    public void Add(LogSignal signal)
    {
        switch (signal.Kind)
        {
            case LogSignalKind.LeaderMissing or LogSignalKind.LeadershipLost or LogSignalKind.Leaderless:
                if (LastMissed is null || signal.Time > LastMissed) LastMissed = signal.Time;
                absences.Add(signal);
                return;
            case LogSignalKind.SlowWrite or LogSignalKind.ClockBack or LogSignalKind.SnapshotDone:
                if (!tallies.TryGetValue(signal.Kind, out var tally)) tallies.Add(signal.Kind, tally = new());
                tally.Add(signal);
                if (signal.Kind != LogSignalKind.SnapshotDone) return;
                break;
        }
        counts[signal.Kind] = counts.TryGetValue(signal.Kind, out var count) ? count + 1 : 1;
        if (counts[signal.Kind] > MostOfKind) return;
        kept.Add(signal);
        if (signal.Kind is LogSignalKind.LeaderElected or LogSignalKind.LeadershipAcquired) absences.Elected(signal);
    }
}
