using System.Globalization;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Waits until a key shows what it should, by Consul's blocking queries: an answer comes when the key changes, not by asking again and again.</summary>
internal static class KvWaiting
{
    // An agent, or a proxy with a cache, that answers at once without any change must not be asked in a tight loop.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoTime = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads until the key shows it. A read that is forbidden is answered at once: waiting does not help it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key; need not exist yet.</param>
    /// <param name="awaited">What it is to show.</param>
    /// <param name="consistency">The mode of every read on the way, the last one included.</param>
    /// <param name="limit">The longest wait, above zero.</param>
    /// <param name="cancellation">Stops the wait at once.</param>
    /// <exception cref="ConsulKeyException">The key cannot be sent as it is, or did not show it in time (<c>Key.WaitTimeout</c>).</exception>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public static async Task<KvReadResult> UntilAsync(
        ConsulKvSession session, string key, KvAwaited awaited, ConsulConsistency consistency, TimeSpan limit, CancellationToken cancellation)
    {
        var reader = new KvReader(session);
        var began = session.Time.GetTimestamp();
        using var deadline = Deadline.In(limit, cancellation);
        var longest = Longest(session.RetryPolicy);
        var after = 0UL;
        var pause = TimeSpan.Zero;
        KvReadResult? seen = null;
        try
        {
            while (true)
            {
                var left = limit - session.Time.GetElapsedTime(began);
                if (left < NoTime && seen is not null) throw Expired(session, key, awaited, limit, seen);
                var asked = session.Time.GetTimestamp();
                var answer = await reader.GetAsync(key, consistency, Query(after, left < longest ? left : longest), deadline.Token).ConfigureAwait(false);
                if (answer.State == KvReadState.Forbidden || (answer.Entry is { } entry && awaited.IsIn(entry))) return answer;
                seen = answer;
                var index = answer.Index ?? 0;
                var stood = index <= after;
                // Backwards: a snapshot was restored or the server begun anew, and the old index would never be reached. Zero would not block at all.
                after = index < after ? 0 : index;
                pause = !stood || session.Time.GetElapsedTime(asked) > ShortestPause ? TimeSpan.Zero
                    : pause == TimeSpan.Zero ? ShortestPause : pause + pause < LongestPause ? pause + pause : LongestPause;
                if (pause > TimeSpan.Zero) await Pause.ForAsync(pause, session.Time, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Expired(session, key, awaited, limit, seen);
        }
    }

    /// <summary>An attempt's time is for a whole answer, so the agent must be told to answer well within it; it adds up to a sixteenth.</summary>
    private static TimeSpan Longest(ConsulRetryPolicy policy)
    {
        var attempt = policy.AttemptTimeout < policy.TotalTimeout ? policy.AttemptTimeout : policy.TotalTimeout;
        var most = TimeSpan.FromMinutes(5);
        return TimeSpan.FromTicks(attempt.Ticks / 4 * 3) is var part && part < most ? part : most;
    }

    /// <summary>Without an index the agent answers at once.</summary>
    private static string Query(ulong after, TimeSpan wait) =>
        after == 0 ? "" : string.Format(CultureInfo.InvariantCulture, "index={0}&wait={1}ms", after, Math.Max(1, (long)wait.TotalMilliseconds));

    private static ConsulException Expired(ConsulKvSession session, string key, KvAwaited awaited, TimeSpan limit, KvReadResult? seen) => ConsulException.From(ConsulFinding.Create("Key.WaitTimeout",
        ("key", Printable.Text(key)), ("seconds", Math.Round(limit.TotalSeconds, 3)), ("value", awaited.ToString()), ("text", Shown(awaited, seen)),
        ("index", seen?.Entry?.ModifyIndex), ("currentIndex", seen?.Index), ("address", session.Address)));

    private static string Shown(KvAwaited awaited, KvReadResult? seen) => seen switch
    {
        null => "no answer came",
        { Entry: { } entry } when awaited.Value is not null && !awaited.Value.AsSpan().SequenceEqual(entry.Bytes) => $"another value, of {Amount.Of(entry.Bytes.Length, "byte")}, at index {entry.ModifyIndex}",
        { Entry: { } entry } => $"index {entry.ModifyIndex}",
        { Index: { } index } when index >= awaited.Index => $"no such key, though the store is at index {index}: it was removed, or another key was written",
        _ => "no such key",
    };
}
