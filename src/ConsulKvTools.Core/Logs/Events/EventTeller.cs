using System.Globalization;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Events;

/// <summary>Makes events of signs: put in order of time first, since logs of several servers are read one after the other.</summary>
internal static class EventTeller
{
    // All servers tell of one election, each as soon as it hears of it.
    private static readonly TimeSpan SameElection = TimeSpan.FromSeconds(30);

    /// <summary>An agent says within this time several times that it starts.</summary>
    public static readonly TimeSpan SameStart = TimeSpan.FromSeconds(60);

    /// <summary>What a start is about before which its log has older lines.</summary>
    public const string NotAtTheBeginning = "not at the beginning";

    // Servers without a leader say so again every few seconds, agents at least with every attempt to synchronise.
    private static readonly TimeSpan Recovered = TimeSpan.FromMinutes(2);

    // An agent that crashed is started again by then; a longer silence between two logs may be a third one that was not given.
    private static readonly TimeSpan SameLife = TimeSpan.FromMinutes(10);

    /// <summary>True for what is said so soon after an election that it may be of the time before.</summary>
    public static bool IsOfElection(DateTimeOffset? time, DateTimeOffset? elected) => time - elected < SameElection;

    /// <summary>The changes of the leader.</summary>
    /// <param name="signals">What was said of leaders.</param>
    /// <param name="lastMissed">When a leader was missing for the last time; null when never, or when there are no times.</param>
    /// <param name="last">When the last line was written; null when there are no times.</param>
    /// <param name="until">The end of the time that is searched; a leader of later ends what began within. Null for none.</param>
    public static IEnumerable<ConsulLogEvent> LeaderChanges(IEnumerable<LogSignal> signals, DateTimeOffset? lastMissed, DateTimeOffset? last, DateTimeOffset? until)
    {
        string? leader = null;
        DateTimeOffset? elected = null, missing = null;
        foreach (var signal in Ordered(signals))
        {
            switch (signal.Kind)
            {
                case LogSignalKind.Leaderless when IsOfElection(signal.Time, elected):
                    // Who asked while there was none hears of it when there is one again.
                    break;
                case LogSignalKind.LeaderMissing or LogSignalKind.LeadershipLost or LogSignalKind.Leaderless:
                    // A server that was asleep says so long after the others have a new one; its own word then begins no new gap by itself.
                    missing ??= signal.Time;
                    break;
                case LogSignalKind.LeaderElected or LogSignalKind.LeadershipAcquired:
                    var name = signal.About ?? signal.Owner;
                    if (name is null) break;
                    if (name == leader && (missing is null || IsOfElection(signal.Time, elected)))
                    {
                        // The same again, as the other servers hear it.
                        if (IsOfElection(signal.Time, elected)) missing = null;
                        break;
                    }
                    var gap = signal.Time - missing is { } without && without >= TimeSpan.Zero ? without : (TimeSpan?)null;
                    if (signal.Time > until && missing is not null)
                        yield return new ConsulLogEvent { Time = missing, Node = null, Text = $"the leader{(leader is null ? "" : " " + leader)} was lost; {name} became leader{(leader == name ? " again" : "")}{(gap is { } later ? $" {DiagnosisText.Time(later)} later" : "")}, after the time that was searched", Duration = gap };
                    yield return new ConsulLogEvent
                    {
                        Time = signal.Time,
                        Node = signal.Owner,
                        Text = (leader is null ? $"{name} became leader" : leader == name ? $"{name} became leader again" : $"the leader changed from {leader} to {name}") + (gap is { } known ? $", {DiagnosisText.Time(known)} after the first sign of its absence" : ""),
                        Duration = gap,
                    };
                    (leader, elected, missing) = (name, signal.Time, null);
                    break;
            }
        }
        // Where the log goes on without another sign there is one again: a server that was away does not say that it hears the old leader.
        if (missing is not null && !(last - lastMissed >= Recovered))
            yield return new ConsulLogEvent { Time = missing, Node = null, Text = $"the leader{(leader is null ? "" : " " + leader)} was lost, and {(until is null ? "the log does not tell" : "nothing that was searched tells")} of a new one", Duration = null };
    }

    /// <summary>The starts of agents, and whether each had been asked to stop before.</summary>
    /// <param name="signals">What was said.</param>
    /// <param name="logs">All logs: what they tell of an agent between its starts.</param>
    public static IEnumerable<ConsulLogEvent> Restarts(IReadOnlyList<LogSignal> signals, IReadOnlyList<LogSource> logs)
    {
        // Of a log that never says whose it is.
        var strangers = signals.Where(signal => signal.Kind == LogSignalKind.Stopped && signal.Owner is null).ToArray();
        foreach (var log in signals.Where(signal => signal.Kind is LogSignalKind.Started or LogSignalKind.Stopped).GroupBy(signal => signal.Owner ?? signal.Log.Name))
        {
            var stopped = false;
            DateTimeOffset? last = null;
            var isFirst = true;
            foreach (var signal in Ordered(log))
            {
                if (signal.Kind == LogSignalKind.Stopped) stopped = true;
                else if (isFirst || stopped || signal.Time is null || last is null || signal.Time - last > SameStart)
                {
                    var since = last;
                    var before = signal.About == NotAtTheBeginning ? signal.Time : LastBefore(signal, logs);
                    yield return new ConsulLogEvent
                    {
                        Time = signal.Time,
                        Node = signal.Owner,
                        Text = stopped ? "the agent started again after it was asked to stop"
                            : before is null && (isFirst || signal.Time is not null) ? "the agent started"
                            : signal.Time - before > SameLife || strangers.Any(other => other.Log != signal.Log && other.Time <= signal.Time && !(other.Time < since)) ? "the agent started again; whether it had been asked to stop is not in these logs"
                            : "the agent started again without having been asked to stop: it crashed, was killed, or its machine went down",
                    };
                    (stopped, last) = (false, signal.Time);
                }
                isFirst = false;
            }
        }
    }

    // The last that another log has of the same agent before a start with which its own log begins.
    private static DateTimeOffset? LastBefore(LogSignal start, IEnumerable<LogSource> logs)
    {
        if (start.Owner is not { } node) return null;
        var lives = logs.Where(log => log != start.Log).Select(log => log.LifeOf(node)).Where(life => life?.First < start.Time - SameStart).Select(life => life!.Value.Last < start.Time ? life.Value.Last : start.Time!.Value).ToArray();
        return lives.Length == 0 ? null : lives.Max();
    }

    /// <summary>The snapshots.</summary>
    public static IEnumerable<ConsulLogEvent> Snapshots(IEnumerable<LogSignal> signals)
    {
        var begun = new Dictionary<(string, string?), LogSignal>();
        foreach (var signal in Ordered(signals))
        {
            var key = (signal.Owner ?? signal.Log.Name, signal.About);
            if (signal.Kind == LogSignalKind.SnapshotBegun) begun[key] = signal;
            if (signal.Kind != LogSignalKind.SnapshotDone) continue;
            var took = begun.TryGetValue(key, out var start) ? signal.Time - start.Time : null;
            yield return new ConsulLogEvent { Time = signal.Time, Node = signal.Owner, Text = $"a snapshot up to index {signal.About}{(took is { } time ? $" took {DiagnosisText.Time(time)}" : "")}", Duration = took };
        }
    }

    /// <summary>Slow writes, by time.</summary>
    public static IEnumerable<ConsulLogEvent> SlowWrites(IEnumerable<LogSignal> signals) =>
        Ordered(signals.Where(signal => signal.Kind == LogSignalKind.SlowWrite)).Select(signal =>
            new ConsulLogEvent { Time = signal.Time, Node = signal.Owner, Text = $"{signal.About} took {DiagnosisText.Time(signal.Duration!.Value)}", Duration = signal.Duration });

    /// <summary>Times that went back.</summary>
    public static IEnumerable<ConsulLogEvent> ClockJumps(IEnumerable<LogSignal> signals) =>
        Ordered(signals.Where(signal => signal.Kind == LogSignalKind.ClockBack)).Select(signal =>
            new ConsulLogEvent { Time = signal.Time, Node = signal.Owner, Text = $"the clock went back by {DiagnosisText.Time(signal.Duration!.Value)} ({signal.About})", Duration = signal.Duration });

    /// <summary>Minutes with far more failures than others: ten or more, and five times the median of all minutes from the first line to the last.</summary>
    public static IEnumerable<(ConsulLogEvent Event, long Count)> Bursts(IReadOnlyDictionary<long, Dictionary<string, long>> failuresByMinute, DateTimeOffset? first, DateTimeOffset? last)
    {
        const int fewest = 10, times = 5;
        if (first is null || last is null || failuresByMinute.Count == 0) yield break;
        var minutes = (last.Value.UtcTicks - first.Value.UtcTicks) / TimeSpan.TicksPerMinute + 1;
        var counts = failuresByMinute.ToDictionary(minute => minute.Key, minute => minute.Value.Values.Sum());
        var sorted = counts.Values.OrderBy(count => count).ToArray();
        // Minutes without any are not in the table.
        var median = sorted.Length * 2 <= minutes ? 0 : sorted[Math.Max(0, sorted.Length - 1 - (int)(minutes / 2))];
        var least = Math.Max(fewest, times * median);
        var burst = new List<long>();
        foreach (var minute in counts.Where(pair => pair.Value >= least).Select(pair => pair.Key).OrderBy(minute => minute).Append(long.MaxValue))
        {
            if (burst.Count > 0 && minute != burst[burst.Count - 1] + 1)
            {
                var count = burst.Sum(one => counts[one]);
                var top = burst.SelectMany(one => failuresByMinute[one]).GroupBy(pair => pair.Key).OrderByDescending(codes => codes.Sum(pair => pair.Value)).First().Key;
                var length = TimeSpan.FromMinutes(burst.Count);
                yield return (new ConsulLogEvent
                {
                    Time = new DateTimeOffset(burst[0] * TimeSpan.TicksPerMinute, TimeSpan.Zero).ToOffset(first.Value.Offset),
                    Node = null,
                    Text = string.Format(CultureInfo.InvariantCulture, "{0:N0} failures in {1}, most of them {2}; half of all minutes have {3:N0} or fewer", count, Amount.Of(burst.Count, "minute"), top, median),
                    Duration = length,
                }, count);
                burst.Clear();
            }
            burst.Add(minute);
        }
    }

    /// <summary>By time, what has none first; where times are the same, as they were read.</summary>
    public static IEnumerable<LogSignal> Ordered(IEnumerable<LogSignal> signals) => signals.OrderBy(signal => signal.Time ?? DateTimeOffset.MinValue).ThenBy(signal => signal.Order);
}
