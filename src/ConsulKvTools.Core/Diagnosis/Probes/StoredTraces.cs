using System.IO.Compression;
using System.Text;
using ConsulKvTools.Diagnosis.Cluster;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What earlier writes left behind in the store, and what it tells about how they were made.</summary>
internal static class StoredTraces
{
    private const int MostDatacenters = 5;

    /// <summary>Traces in the key's own entry; the value that is to be written, where given, is what they are held against.</summary>
    public static async Task<IReadOnlyList<ConsulFinding>> OfAsync(ProbeContext context, ConsulKvEntry entry, CancellationToken cancellation)
    {
        var traces = new List<ConsulFinding>();
        (string, object?) key = ("key", Printable.Text(entry.Key));
        // Taking a lock counts LockIndex up; a plain PUT sets it to 0 and leaves the holder where it is.
        if (entry is { LockSession: { } holder, LockIndex: 0 }) traces.Add(ConsulFinding.Create("Lock.PlainPutIgnoresLock", key, ("holder", holder)));
        if (context.Request.Value is { Length: > 0 } wanted)
        {
            if (entry.Bytes.AsSpan().SequenceEqual(wanted)) traces.Add(ConsulFinding.Create("Outcome.WatcherNotFired", key, ("index", entry.ModifyIndex)));
            else if (IsBase64Of(entry.Bytes, wanted) || IsBase64Of(wanted, entry.Bytes)) traces.Add(ConsulFinding.Create("Outcome.Base64Confusion", key));
            else if (IsPacked(entry.Bytes, wanted)) traces.Add(ConsulFinding.Create("Request.ContentEncodingStored", key));
        }
        // The limit is worth a question only for a value that could be over it.
        if (entry.Bytes.Length > 1024 && (await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false))?.MaxValueSize is { } limit && entry.Bytes.LongLength > limit)
            traces.Add(ConsulFinding.Create("Limit.KvChunkedBypass", key, ("size", entry.Bytes.Length), ("limit", limit)));
        return traces;
    }

    /// <summary>A key with a leading slash that a transaction stored, where /v1/kv cannot reach it; null when there is none.</summary>
    public static async Task<ConsulFinding?> BehindSlashAsync(ProbeContext context, string key, ConsulFinding problem, CancellationToken cancellation)
    {
        if (problem.Code != "Key.LeadingSlash" || context.Facts.Find<HttpFacts>() is not { Leader: { Length: > 0 } }) return null;
        var (response, _) = await ProbeHttp.SendAsync(context, Kv.Writing.KvTransaction.Get(key), key, answer => answer.Status == 200, cancellation).ConfigureAwait(false);
        return response is null ? null : ConsulFinding.Create("Txn.LeadingSlashAllowed", ("key", Printable.Text(key)), ("address", context.Session.Address));
    }

    /// <summary>The key stands in another datacenter; null when it does not, or cannot be seen there.</summary>
    public static async Task<ConsulFinding?> ElsewhereAsync(ProbeContext context, string key, bool isPrefix, CancellationToken cancellation)
    {
        if (isPrefix) return null;
        var own = context.Session.Datacenter ?? (await AgentSelf.FindAsync(context, cancellation).ConfigureAwait(false))?.Datacenter;
        var all = await ClusterQuestion.ListAsync(context, "/v1/catalog/datacenters", cancellation).ConfigureAwait(false);
        if (own is null || all is not { Length: > 1 }) return null;
        var asked = all.Where(name => name != own).Take(MostDatacenters).Select(async name =>
        {
            var request = ConsulRequest.Get(KvKey.Path(key), "stale&dc=" + Uri.EscapeDataString(name)) with { SendScope = false, MaxBody = 64 * 1024 * 1024 };
            var (response, _) = await ProbeHttp.SendAsync(context, request, key, answer => answer.Status == 200, cancellation, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            return response is null ? null : name;
        });
        var found = (await Task.WhenAll(asked).ConfigureAwait(false)).FirstOrDefault(name => name is not null);
        return found is null ? null : ConsulFinding.Create("Wan.KvNotReplicated", ("key", Printable.Text(key)), ("datacenter", found), ("value", own), ("address", context.Session.Address));
    }

    /// <summary>
    /// The index of all keys fell below what this session has seen: the data were put back. Asked of a key that cannot exist, because that
    /// answer carries the index of the whole store.
    /// </summary>
    public static async Task<ConsulFinding?> RestoredAsync(ProbeContext context, string key, CancellationToken cancellation)
    {
        if (context.IndexBefore == 0 || context.Facts.Find<HttpFacts>() is not { Leader: { Length: > 0 } }) return null;
        var nobodys = KvKey.Path($"{key.TrimEnd('/')}/consulkvtools-{Guid.NewGuid():N}");
        var (response, _) = await ProbeHttp.SendAsync(context, ConsulRequest.Get(nobodys, "consistent"), key, answer => answer is { Status: 404, Index: not null }, cancellation).ConfigureAwait(false);
        return response?.Index is { } now && now < context.IndexBefore
            ? ConsulFinding.Create("Cluster.SnapshotRestored", ("index", context.IndexBefore), ("currentIndex", now), ("address", context.Session.Address)) : null;
    }

    private static bool IsBase64Of(byte[] encoded, byte[] plain) =>
        plain.Length > 0 && encoded.Length >= 4 && encoded.Length - (((plain.Length + 2) / 3) * 4) is >= 0 and <= 2
        && Encoding.ASCII.GetString(encoded).TrimEnd('\r', '\n') == Convert.ToBase64String(plain);

    private static bool IsPacked(byte[] stored, byte[] plain)
    {
        if (stored.Length < 18 || stored[0] != 0x1F || stored[1] != 0x8B) return false;
        try
        {
            using var unpacked = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(stored), CompressionMode.Decompress);
            var chunk = new byte[16 * 1024];
            // As much as the plain value has, and one byte to tell more from as much: a small file can unpack to a very large one.
            while (unpacked.Length <= plain.Length && gzip.Read(chunk, 0, chunk.Length) is > 0 and var count) unpacked.Write(chunk, 0, count);
            return unpacked.ToArray().AsSpan().SequenceEqual(plain);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
