using System.Globalization;
using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Logs.Events;

/// <summary>Finds signs of what happened in lines, by Consul's own words from 0.7 on.</summary>
internal static class SignalReader
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase;
    private const int Latency = 100;
    private const int NodeName = 101;
    private const int Joined = 102;

    private static readonly WordSearch Words = new(
    [
        ("new leader elected", (int)LogSignalKind.LeaderElected), ("cluster leadership acquired", (int)LogSignalKind.LeadershipAcquired), ("cluster leadership lost", (int)LogSignalKind.LeadershipLost),
        ("heartbeat timeout reached", (int)LogSignalKind.LeaderMissing), ("heartbeat timeout from", (int)LogSignalKind.LeaderMissing), ("election timeout reached", (int)LogSignalKind.LeaderMissing), ("no cluster leader", (int)LogSignalKind.Leaderless),
        ("leader lease timed out", (int)LogSignalKind.LeadershipLost), ("failed to contact quorum", (int)LogSignalKind.LeadershipLost),
        ("started state syncer", (int)LogSignalKind.Started),
        ("requesting shutdown", (int)LogSignalKind.Stopped), ("requesting server shutdown", (int)LogSignalKind.Stopped),
        ("starting snapshot up to", (int)LogSignalKind.SnapshotBegun), ("snapshot complete up to", (int)LogSignalKind.SnapshotDone), ("snapshot to", (int)LogSignalKind.SnapshotDone),
        ("latency=", Latency), ("request put ", Latency), ("request delete ", Latency), ("request post ", Latency), ("node name: ", NodeName), ("eventmemberjoin: ", Joined),
    ]);

    private static readonly Regex Leader = new(@"New leader elected: (?:payload=)?(?<name>[\w.-]+)", Options, TimedSearch.Longest);
    private static readonly Regex Missing = new(@"last-leader=(?<name>\S+)|heartbeat timeout from ""(?<name>[^""]+)""", Options, TimedSearch.Longest);
    private static readonly Regex Index = new(@"up to:? (?:index=)?(?<name>\d+)|snapshot to (?<name>\d+)", Options, TimedSearch.Longest);
    // The form of 1.3 and older: http: Request PUT /v1/kv/a (1.2s) from=…
    private static readonly Regex Request = new(@"Request (?<method>PUT|DELETE|POST) (?<url>/v1/(?:kv/|txn)\S*) \((?<time>[\d.µhmnsu]+)\)", Options, TimedSearch.Longest);
    private static readonly Regex Name = new(@"Node name: '?""?(?<name>[\w.-]+)|EventMemberJoin: (?<name>[\w.-]+) ", Options, TimedSearch.Longest);

    /// <summary>What the line is a sign of; null for ordinary ones, which cost one pass and no allocation.</summary>
    /// <param name="module">The part of Consul that wrote it.</param>
    /// <param name="message">What it says.</param>
    /// <param name="slow">A write that takes as long is slow.</param>
    /// <returns>The sign, and whose log it is; <c>IsOwn</c> where that is said of the agent itself and not of one that joins it.</returns>
    public static (LogSignalKind? Kind, string? About, TimeSpan? Duration, string? Node, bool IsOwn) Read(ReadOnlySpan<char> module, ReadOnlySpan<char> message, TimeSpan slow)
    {
        if (!Words.IsIn(message)) return default;
        // Others elect and serve with the same words: Nomad and Vault are built of the same parts.
        if (!module.IsEmpty && !ConsulModules.Has(module)) return default;
        // Busy agents at level DEBUG log hundreds of requests a second, of which hardly one is a slow write: those are told without a text made of them.
        var latency = Field(message, "latency=");
        if (!latency.IsEmpty) return IsSlowWrite(message, latency, slow, out var duration) ? (LogSignalKind.SlowWrite, Asked(Field(message, "method=").ToString(), Field(message, "url=").ToString()), duration, null, false) : default;
        var found = new SortedSet<int>();
        Words.Find(message, found);
        var text = message.Slice(0, Math.Min(message.Length, 2000)).ToString();
        foreach (var number in found)
        {
            switch (number)
            {
                case NodeName:
                    return (null, null, null, NameIn(Name, text), true);
                case Joined when module.IndexOf("wan".AsSpan(), StringComparison.Ordinal) < 0:
                    return (null, null, null, NameIn(Name, text), false);
                case Joined:
                    return default;
                case Latency:
                    if (SlowIn(text, slow) is { } took) return (LogSignalKind.SlowWrite, took.What, took.Time, null, false);
                    continue;
                case (int)LogSignalKind.LeaderElected:
                    return (LogSignalKind.LeaderElected, NameIn(Leader, text), null, null, false);
                case (int)LogSignalKind.LeaderMissing:
                    return (LogSignalKind.LeaderMissing, NameIn(Missing, text), null, null, false);
                case (int)LogSignalKind.SnapshotBegun:
                case (int)LogSignalKind.SnapshotDone:
                    if (NameIn(Index, text) is { } index) return ((LogSignalKind)number, index, null, null, false);
                    continue;
                default:
                    return ((LogSignalKind)number, null, null, null, false);
            }
        }
        return default;
    }

    // As text a line ends with its latency, as JSON its fields stand in the order of their names.
    private static bool IsSlowWrite(ReadOnlySpan<char> message, ReadOnlySpan<char> latency, TimeSpan slow, out TimeSpan time)
    {
        time = default;
        if (Field(message, "method=") is not ("PUT" or "DELETE" or "POST")) return false;
        var url = Field(message, "url=");
        if (!url.StartsWith("/v1/kv/".AsSpan(), StringComparison.Ordinal) && !url.StartsWith("/v1/txn".AsSpan(), StringComparison.Ordinal)) return false;
        // Most are below a millisecond; only what is not is worth reading as a number.
        if (slow > TimeSpan.FromMilliseconds(1) && latency.EndsWith("\u00b5s".AsSpan(), StringComparison.Ordinal)) return false;
        return GoTime(latency.ToString(), out time) && time >= slow;
    }

    /// <summary>The value of a field: what follows its name up to the next blank; empty when there is none. A name within a value is none.</summary>
    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> message, string name)
    {
        var from = 0;
        while (message.Slice(from).IndexOf(name.AsSpan(), StringComparison.Ordinal) is >= 0 and var at)
        {
            from += at + name.Length;
            if (from > name.Length && message[from - name.Length - 1] != ' ') continue;
            var value = message.Slice(from);
            return value.IndexOf(' ') is >= 0 and var end ? value.Slice(0, end) : value;
        }
        return default;
    }

    private static string? NameIn(Regex form, string text) => TimedSearch.Find(form, text) is { } match && match.Groups["name"] is { Success: true, Length: > 0 } name ? name.Value : null;

    private static (string What, TimeSpan Time)? SlowIn(string text, TimeSpan slow) =>
        TimedSearch.Find(Request, text) is { } match && GoTime(match.Groups["time"].Value, out var time) && time >= slow ? (Asked(match.Groups["method"].Value, match.Groups["url"].Value), time) : null;

    private static string Asked(string method, string url) => Printable.Text(SecretMask.Apply($"{method} {url}"), 200);

    private static bool GoTime(string text, out TimeSpan time) => Sessions.GoDuration.TryParse(text, out time);
}
