using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Events;

/// <summary>
/// Signs that there is no leader. "No cluster leader" may stand there a million times; what tells is when an absence began. Kept are of each log the first behind an election and
/// the first that is no late answer of the time before it; and, since another log may tell of elections between, one in a while, at first in every second.
/// </summary>
internal sealed class AbsenceSigns
{
    private const int Most = 10_000;

    private readonly Dictionary<LogSource, (long Number, DateTimeOffset? Time)> elections = [];
    private readonly Dictionary<(LogSource, LogSignalKind), Place> places = [];
    private List<(LogSignal Signal, bool IsFirst)> kept = [];
    private TimeSpan least = TimeSpan.FromSeconds(1);
    private int repeated;

    /// <summary>What is kept.</summary>
    public IEnumerable<LogSignal> Kept => kept.Select(one => one.Signal);

    /// <summary>A log tells of an election.</summary>
    public void Elected(LogSignal signal) => elections[signal.Log] = ((elections.TryGetValue(signal.Log, out var before) ? before.Number : 0) + 1, signal.Time);

    /// <summary>A log tells that there is no leader.</summary>
    public void Add(LogSignal signal)
    {
        var election = elections.TryGetValue(signal.Log, out var known) ? known : default;
        var isLate = EventTeller.IsOfElection(signal.Time, election.Time);
        var key = (signal.Log, signal.Kind);
        if (!places.TryGetValue(key, out var place) || place.Election != election.Number || (place.IsLate && !isLate)) kept.Add((signal, true));
        else if (IsApart(signal, place.Time))
        {
            kept.Add((signal, false));
            repeated++;
        }
        else return;
        places[key] = new(election.Number, isLate, signal.Time);
        while (repeated > Most) Thin();
    }

    private bool IsApart(LogSignal signal, DateTimeOffset? before) => (signal.Time - before)?.Duration() >= least;

    private void Thin()
    {
        least += least;
        repeated = 0;
        var last = new Dictionary<(LogSource, LogSignalKind), DateTimeOffset?>();
        var thinned = new List<(LogSignal, bool)>();
        foreach (var one in kept)
        {
            var key = (one.Signal.Log, one.Signal.Kind);
            if (!one.IsFirst)
            {
                if (last.TryGetValue(key, out var before) && !IsApart(one.Signal, before)) continue;
                repeated++;
            }
            thinned.Add(one);
            last[key] = one.Signal.Time;
        }
        kept = thinned;
    }

    /// <summary>What was kept last of one kind in one log.</summary>
    private readonly record struct Place(long Election, bool IsLate, DateTimeOffset? Time);
}
