using System.Runtime.CompilerServices;
using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.Kv.Folders;

/// <summary>Copies and moves keys, one or a folder of them, within a store or from one to another. Values and flags go along, locks do not.</summary>
/// <param name="from">Where the keys are.</param>
/// <param name="to">Where they go; may be the same session.</param>
internal sealed class KvTransfer(ConsulKvSession from, ConsulKvSession to)
{
    private const int AtOnce = 16;

    // A key moved is two operations of a transaction.
    private const int MostInOneStep = TransactionLimits.Operations / 2;

    /// <summary>Copies every key of a folder, its own key included, whatever is at the new place. One result a key, in order.</summary>
    /// <param name="folder">The folder with the slash at its end.</param>
    /// <param name="target">What stands in its place in the new keys.</param>
    /// <param name="report">Called with the state of the listing, as of <see cref="KvReader.ListAsync"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The folder cannot be read.</exception>
    public async IAsyncEnumerable<ConsulKvWriteResult> CopyAsync(string folder, string target, Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var pipeline = new KvWritePipeline(to, AtOnce, cancellation);
        await foreach (var entry in new KvReader(from).ListAsync(folder, ConsulConsistency.Consistent, report, cancellation).ConfigureAwait(false))
            foreach (var result in await pipeline.SubmitAsync(WriteOf(entry, target + entry.Key.Substring(folder.Length), ConsulKvWriteKind.Put)).ConfigureAwait(false))
                yield return result;
        while (await pipeline.NextAsync().ConfigureAwait(false) is { } result) yield return result;
    }

    /// <summary>
    /// Moves a key, or every key of a folder. Few small keys within a store go in one transaction, each removed only if it still is what was
    /// read. Else all are copied first, and removed by check-and-set when that went well: a key changed meanwhile stays where it is.
    /// </summary>
    /// <param name="source">The key, or the folder with the slash at its end.</param>
    /// <param name="target">The new key, or the new folder with the slash at its end.</param>
    /// <param name="overwrite">True to write over keys that are there; false leaves everything as it is when one is.</param>
    /// <param name="report">Called with the state of the listing of a folder, as of <see cref="KvReader.ListAsync"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">It cannot be read.</exception>
    public async Task<KvTransferResult> MoveAsync(string source, string target, bool overwrite, Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation)
    {
        var kind = overwrite ? ConsulKvWriteKind.Put : ConsulKvWriteKind.CreateOnly;
        var entries = EntriesAsync(source, report, cancellation).GetAsyncEnumerator(cancellation);
        try
        {
            var first = new List<ConsulKvEntry>();
            var more = true;
            while (first.Count <= MostInOneStep && (more = await entries.MoveNextAsync().ConfigureAwait(false))) first.Add(entries.Current);
            if (!more && from.Id == to.Id)
            {
                if (first.Count == 0) return new KvTransferResult(0, true, 0, []);
                var results = await new KvWriter(to).WriteAtomicAsync(
                    [.. first.SelectMany(entry => new[] { WriteOf(entry, target + entry.Key.Substring(source.Length), kind), Removal(entry.Key, entry.ModifyIndex) })], cancellation).ConfigureAwait(false);
                if (results[0].Outcome == ConsulKvOutcome.Written) return new KvTransferResult(first.Count, true, 0, []);
                if (!IsUnfit(results))
                {
                    var refused = overwrite || results.All(result => result.Code != "Txn.OpFailed") ? null : await TakenAsync(results, cancellation).ConfigureAwait(false);
                    return new KvTransferResult(0, true, 0, [.. refused is null ? results.Where(result => result.Finding is not null).Take(1) : [refused]]);
                }
            }
            return await InTwoStepsAsync(first, more ? entries : null, source, target, kind, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await entries.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<KvTransferResult> InTwoStepsAsync(
        List<ConsulKvEntry> first, IAsyncEnumerator<ConsulKvEntry>? rest, string source, string target, ConsulKvWriteKind kind, CancellationToken cancellation)
    {
        var read = new List<(string Key, ulong Index)>();
        var failures = new List<ConsulKvWriteResult>();
        var done = 0L;
        void Count(IEnumerable<ConsulKvWriteResult> results)
        {
            foreach (var result in results)
                if (result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged) done++;
                else failures.Add(result);
        }

        using (var copies = new KvWritePipeline(to, AtOnce, cancellation))
        {
            async Task CopyAsync(ConsulKvEntry entry)
            {
                read.Add((entry.Key, entry.ModifyIndex));
                Count(await copies.SubmitAsync(WriteOf(entry, target + entry.Key.Substring(source.Length), kind)).ConfigureAwait(false));
            }

            foreach (var entry in first) await CopyAsync(entry).ConfigureAwait(false);
            while (rest is not null && failures.Count == 0 && await rest.MoveNextAsync().ConfigureAwait(false)) await CopyAsync(rest.Current).ConfigureAwait(false);
            while (await copies.NextAsync().ConfigureAwait(false) is { } result) Count([result]);
        }
        if (failures.Count > 0) return new KvTransferResult(0, false, done, failures);
        done = 0;
        using var removals = new KvWritePipeline(from, AtOnce, cancellation);
        foreach (var (key, index) in read) Count(await removals.SubmitAsync(Removal(key, index)).ConfigureAwait(false));
        while (await removals.NextAsync().ConfigureAwait(false) is { } result) Count([result]);
        return new KvTransferResult(done, false, read.Count - done, failures);
    }

    private async IAsyncEnumerable<ConsulKvEntry> EntriesAsync(string source, Action<KvReadState, ConsulFinding?> report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (source.EndsWith("/", StringComparison.Ordinal))
        {
            (KvReadState State, ConsulFinding? Finding) told = default;
            await foreach (var entry in new KvReader(from).ListAsync(source, ConsulConsistency.Consistent, (state, finding) => report((told = (state, finding)).State, finding), cancellation).ConfigureAwait(false)) yield return entry;
            // What the token may not see would be left behind by what looks like a move of the whole.
            if (told.State is KvReadState.Forbidden or KvReadState.Filtered) throw ConsulException.From(told.Finding!);
            yield break;
        }
        var read = await new KvReader(from).GetAsync(source, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        yield return read.Entry ?? throw ConsulException.From(read.Finding!);
    }

    /// <summary>
    /// The creation that was refused because its key is there, with that for its finding: a stale index is how the transaction says it, and nobody
    /// gave an index. Null when there is no such key.
    /// </summary>
    private async Task<ConsulKvWriteResult?> TakenAsync(IReadOnlyList<ConsulKvWriteResult> results, CancellationToken cancellation)
    {
        foreach (var result in results.Where(result => result.Kind == ConsulKvWriteKind.CreateOnly))
        {
            var there = await new KvReader(to).GetAsync(result.Key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
            if (there.Entry is null) continue;
            var taken = ConsulFinding.Create("Cas.ZeroButExists", ("key", Printable.Text(result.Key)));
            return result with { Finding = taken, Message = taken.Title, Remedy = taken.Remedy };
        }
        return null;
    }

    /// <summary>Not refused for what is there, but for what a transaction can carry.</summary>
    private static bool IsUnfit(IReadOnlyList<ConsulKvWriteResult> results) =>
        results.Any(result => result.Code is "Limit.TxnOps" or "Limit.TxnMaxReqLen" or "Agent.UnprintableFilter" or "Config.TxnNamespaceIgnored");

    private static ConsulKvWrite WriteOf(ConsulKvEntry entry, string key, ConsulKvWriteKind kind) => new() { Key = key, Kind = kind, Value = entry.Bytes, Flags = entry.Flags };

    private static ConsulKvWrite Removal(string key, ulong index) => new() { Key = key, Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = index };
}
