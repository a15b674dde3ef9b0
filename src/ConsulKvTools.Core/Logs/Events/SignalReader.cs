using System.Globalization;
using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Logs.Events;

/// <summary>Finds signs of what happened in lines, by Consul's own words from 0.7 on.</summary>
internal static class SignalReader
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase;
    private const int Latency = 100;
    private const int NodeName = 101;
    private const int Joined = 102;
    private const int LongestSubject = 80;

    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private static readonly WordSearch Words = new(
    [
        ("new leader elected", (int)LogSignalKind.LeaderElected), ("cluster leadership acquired", (int)LogSignalKind.LeadershipAcquired), ("cluster leadership lost", (int)LogSignalKind.LeadershipLost),
        ("heartbeat timeout reached", (int)LogSignalKind.LeaderMissing), ("heartbeat timeout from", (int)LogSignalKind.LeaderMissing), ("no cluster leader", (int)LogSignalKind.LeaderMissing),
        ("leader lease timed out", (int)LogSignalKind.LeadershipLost), ("failed to contact quorum", (int)LogSignalKind.LeadershipLost),
        ("started state syncer", (int)LogSignalKind.Started),
        ("requesting shutdown", (int)LogSignalKind.Stopped), ("requesting server shutdown", (int)LogSignalKind.Stopped),
        ("starting snapshot up to", (int)LogSignalKind.SnapshotBegun), ("snapshot complete up to", (int)LogSignalKind.SnapshotDone), ("snapshot to", (int)LogSignalKind.SnapshotDone),
        ("latency=", Latency), (" took ", Latency), ("request put ", Latency), ("request delete ", Latency), ("request post ", Latency), ("node name: ", NodeName), ("eventmemberjoin: ", Joined),
    ]);

    private static readonly Regex Leader = new(@"New leader elected: (?:payload=)?(?<name>[\w.-]+)", Options, LongestMatch);
    private static readonly Regex Missing = new(@"last-leader=(?<name>\S+)|heartbeat timeout from ""(?<name>[^""]+)""", Options, LongestMatch);
    private static readonly Regex Index = new(@"up to:? (?:index=)?(?<name>\d+)|snapshot to (?<name>\d+)", Options, LongestMatch);
    // The second form is that of 1.3 and older: http: Request PUT /v1/kv/a (1.2s) from=…
    private static readonly Regex Request = new(@"method=(?<method>PUT|DELETE|POST) url=(?<url>/v1/(?:kv/|txn)\S*).*?latency=(?<time>[\d.]+(?:µs|us|ns|ms|s|m|h)[\d.hms]*)|Request (?<method>PUT|DELETE|POST) (?<url>/v1/(?:kv/|txn)\S*) \((?<time>[\dµ.hmnsu]+)\)", Options, LongestMatch);
    private static readonly Regex Slow = new(@"(?<url>.{0,80}?) took(?:[ =:]|\s)+""?(?<time>[\d.]+(?:µs|us|ns|ms|s|m|h)[\d.hms]*)", Options, LongestMatch);
    private static readonly Regex Name = new(@"Node name: '?""?(?<name>[\w.-]+)|EventMemberJoin: (?<name>[\w.-]+) ", Options, LongestMatch);

    /// <summary>What the line is a sign of; null for ordinary ones, which cost one pass and no allocation.</summary>
    /// <param name="module">The part of Consul that wrote it.</param>
    /// <param name="message">What it says.</param>
    /// <param name="slow">A write that takes as long is slow.</param>
    public static (LogSignalKind? Kind, string? About, TimeSpan? Duration, string? Node) Read(ReadOnlySpan<char> module, ReadOnlySpan<char> message, TimeSpan slow)
    {
        if (!Words.IsIn(message)) return default;
        // Busy agents at level DEBUG log hundreds of requests a second, of which hardly one is a slow write: those are told without a text made of them.
        var latency = message.IndexOf("latency=".AsSpan(), StringComparison.Ordinal);
        if (latency >= 0 && !IsSlowWrite(message, message.Slice(latency + "latency=".Length), slow)) return default;
        var found = new SortedSet<int>();
        Words.Find(message, found);
        var text = message.Slice(0, Math.Min(message.Length, 2000)).ToString();
        try
        {
            foreach (var number in found)
            {
                switch (number)
                {
                    case NodeName:
                        return (null, null, null, NameIn(Name, text));
                    case Joined when module.IndexOf("wan".AsSpan(), StringComparison.Ordinal) < 0:
                        return (null, null, null, NameIn(Name, text));
                    case Joined:
                        return default;
                    case Latency:
                        if (SlowIn(text, slow) is { } took) return (LogSignalKind.SlowWrite, took.What, took.Time, null);
                        continue;
                    case (int)LogSignalKind.LeaderElected:
                        return (LogSignalKind.LeaderElected, NameIn(Leader, text), null, null);
                    case (int)LogSignalKind.LeaderMissing:
                        return (LogSignalKind.LeaderMissing, NameIn(Missing, text), null, null);
                    case (int)LogSignalKind.SnapshotBegun:
                    case (int)LogSignalKind.SnapshotDone:
                        if (NameIn(Index, text) is { } index) return ((LogSignalKind)number, index, null, null);
                        continue;
                    default:
                        return ((LogSignalKind)number, null, null, null);
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // A line on which that takes a second is none of Consul's.
        }
        return default;
    }

    private static bool IsSlowWrite(ReadOnlySpan<char> message, ReadOnlySpan<char> latency, TimeSpan slow)
    {
        if (message.IndexOf("method=PUT".AsSpan(), StringComparison.Ordinal) < 0 && message.IndexOf("method=DELETE".AsSpan(), StringComparison.Ordinal) < 0 && message.IndexOf("method=POST".AsSpan(), StringComparison.Ordinal) < 0) return false;
        var end = latency.IndexOfAny(' ', '"', ',');
        if (end >= 0) latency = latency.Slice(0, end);
        // Most are below a millisecond; only what is not is worth reading as a number.
        if (slow > TimeSpan.FromMilliseconds(1) && latency.EndsWith("\u00b5s".AsSpan(), StringComparison.Ordinal)) return false;
        return GoTime(latency.ToString(), out var time) && time >= slow;
    }

    private static string? NameIn(Regex form, string text) => form.Match(text) is { Success: true } match && match.Groups["name"] is { Success: true, Length: > 0 } name ? name.Value : null;

    private static (string What, TimeSpan Time)? SlowIn(string text, TimeSpan slow)
    {
        var match = Request.Match(text);
        if (!match.Success && text.IndexOf(" took ", StringComparison.OrdinalIgnoreCase) is >= 0 and var took) match = Slow.Match(text, Math.Max(0, took - LongestSubject));
        if (!match.Success || !GoTime(match.Groups["time"].Value, out var time) || time < slow) return null;
        var method = match.Groups["method"];
        return (Printable.Text(SecretMask.Apply(method.Success ? $"{method.Value} {match.Groups["url"].Value}" : match.Groups["url"].Value.Trim()), 200), time);
    }

    private static bool GoTime(string text, out TimeSpan time) => Sessions.GoDuration.TryParse(text, out time);
}
