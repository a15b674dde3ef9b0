using System.Runtime.CompilerServices;

namespace ConsulKvTools.Kv.Reading;

/// <summary>Reads one level of the store, as a folder. Consul can cut names at a level but not values, and a whole tree may be gigabytes.</summary>
internal static class KvLevel
{
    private const int AtOnce = 16;

    /// <summary>The keys that begin with the prefix and have no further slash, in order.</summary>
    public static async IAsyncEnumerable<ConsulKvEntry> ReadAsync(
        KvReader reader, string prefix, ConsulConsistency consistency, Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var underWay = new Queue<Task<KvReadResult>>();
        await foreach (var name in reader.NamesAsync(prefix, "/", consistency, report, cancellation).ConfigureAwait(false))
        {
            if (name.EndsWith("/", StringComparison.Ordinal) && name != prefix) continue;
            underWay.Enqueue(reader.GetAsync(name, consistency, cancellation));
            if (underWay.Count == AtOnce && Take(await underWay.Dequeue().ConfigureAwait(false)) is { } early) yield return early;
        }
        while (underWay.Count > 0)
            if (Take(await underWay.Dequeue().ConfigureAwait(false)) is { } entry) yield return entry;

        ConsulKvEntry? Take(KvReadResult read)
        {
            // Listed but not readable: the rules allow the one without the other. Gone meanwhile: not there.
            if (read.State == KvReadState.Forbidden) report(KvReadState.Filtered, read.Finding);
            return read.Entry;
        }
    }
}
