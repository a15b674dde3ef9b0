using System.Diagnostics;
using System.Globalization;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Watching;

/// <summary>Asks once for all of what is watched, at once or when it has changed. An answer counts when it came whole, never in part.</summary>
/// <param name="session">The session.</param>
/// <param name="name">The key, or what the keys begin with.</param>
/// <param name="isPrefix">Which of both.</param>
internal sealed class KvSnapshotReader(ConsulKvSession session, string name, bool isPrefix)
{
    /// <summary>The snapshot, or why there is none: one of both is there.</summary>
    /// <param name="after">Waits until the index is greater than this; 0 does not wait.</param>
    /// <param name="wait">How long the agent holds the query; it adds up to a sixteenth, so that not all come back at once.</param>
    /// <param name="consistency">The read mode.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(KvSnapshot? Snapshot, Failure? Failure)> TryReadAsync(ulong after, TimeSpan wait, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(isPrefix ? KvKey.PrefixPath(name) : KvKey.Path(name), QueryOf(after, wait, consistency));
        // What the agent may hold it, and then the time that any answer may take.
        var time = session.RetryPolicy.AttemptTimeout + (after == 0 ? TimeSpan.Zero : wait + TimeSpan.FromTicks(wait.Ticks / 16));
        try
        {
            using var exchange = await session.Http.BeginAsync(request, time, cancellation).ConfigureAwait(false);
            var reading = Stopwatch.StartNew();
            var head = new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers,
                exchange.Status == 200 ? [] : await exchange.ReadBodyAsync(64 * 1024).ConfigureAwait(false), exchange.Timings(), exchange.Mask);
            if (head.Status == 403 || !KvReader.KvQueryAnswers(head))
                return (null, Classifier.Classify(head, request, session, name).For(session));
            var entries = new List<ConsulKvEntry>();
            if (head.Status == 200)
            {
                var context = new KvReadContext(consistency, head.LastContact, session.Name, session);
                await foreach (var piece in KvListStream.ReadAsync(exchange, new KvEntryReader(context, name), cancellation).ConfigureAwait(false))
                    entries.AddRange(isPrefix ? piece : piece.Where(entry => entry.Key == name));
            }
            return (new KvSnapshot(entries, head.Index ?? 0, head.FilteredByAcls, reading.Elapsed, head.LastContact), null);
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, session, name);
            session.Remember(failure);
            return (null, failure);
        }
    }

    /// <summary>An index of 0 would not block, and neither is it one.</summary>
    private string QueryOf(ulong after, TimeSpan wait, ConsulConsistency consistency)
    {
        var parts = new List<string>(4);
        if (isPrefix) parts.Add("recurse");
        if (consistency == ConsulConsistency.Consistent) parts.Add("consistent");
        if (consistency == ConsulConsistency.Stale) parts.Add("stale");
        if (after > 0) parts.Add(string.Format(CultureInfo.InvariantCulture, "index={0}&wait={1}ms", after, (long)wait.TotalMilliseconds));
        return string.Join("&", parts);
    }
}
