using ConsulKvTools.Kv;

namespace ConsulKvTools.Drills;

/// <summary>What the store holds after a drill, against what the writes were said to have become.</summary>
/// <param name="Verified">Keys that are as they were said to be.</param>
/// <param name="Unverified">Keys of which it cannot be told, with the reason.</param>
/// <param name="Lost">Keys that are not, with what is wrong.</param>
internal sealed record DrillVerification(IReadOnlyList<string> Verified, IReadOnlyDictionary<string, string> Unverified, IReadOnlyDictionary<string, string> Lost)
{
    private const int AtOnce = 16;

    /// <summary>Reads every key that was written, consistently.</summary>
    /// <param name="session">Meets no faults.</param>
    /// <param name="operations">What was done, in the order in which it ended.</param>
    /// <param name="indexBefore">The index of the store before the drill.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<DrillVerification> RunAsync(ConsulKvSession session, IReadOnlyList<DrillOperation> operations, ulong indexBefore, CancellationToken cancellation)
    {
        var writes = operations.Where(operation => operation.Write is not null).ToArray();
        var trees = writes.Where(write => write.Write!.IsTree && write.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unknown).ToArray();
        // A key that cannot be one was never sent, and cannot be asked for either.
        var keys = writes.Where(write => !write.Write!.IsTree && KvKey.Check(write.Key, isPrefix: false) is null).GroupBy(write => write.Key, StringComparer.Ordinal).ToArray();
        var reader = new KvReader(session);
        using var places = new SemaphoreSlim(AtOnce);
        var read = await Task.WhenAll(keys.Select(async key =>
        {
            await places.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                var result = await reader.GetAsync(key.Key, ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
                return (result.Entry, Unread: result.State == KvReadState.Forbidden ? result.Finding : null);
            }
            catch (ConsulException unheard)
            {
                return (null, unheard.Finding);
            }
            finally
            {
                places.Release();
            }
        })).ConfigureAwait(false);
        var verified = new List<string>();
        var unverified = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var lost = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; number < keys.Length; number++)
        {
            var key = keys[number].Key;
            var all = keys[number].Concat(trees.Where(tree => key.StartsWith(tree.Key, StringComparison.Ordinal))).ToArray();
            if (read[number].Unread is { } unread)
            {
                unverified[key] = $"it could not be read afterwards: {unread.Title}";
                continue;
            }
            switch (Judge(all, read[number].Entry, indexBefore))
            {
                case (true, { } problem): lost[key] = problem; break;
                case (false, { } reason): unverified[key] = reason; break;
                default: verified.Add(key); break;
            }
        }
        return new DrillVerification(verified, unverified, lost);
    }

    /// <summary>What is wrong with a key, and whether that is a loss; null when it is as it was said to be.</summary>
    /// <remarks>
    /// The script block may write by other means too, of which nothing is known. So a loss is only what nobody's write can explain: indexes go up, and the key still has one
    /// that is older than a write that was said to be written.
    /// </remarks>
    private static (bool IsLost, string? Problem) Judge(IReadOnlyList<DrillOperation> writes, ConsulKvEntry? entry, ulong indexBefore)
    {
        // Those that overlap may have come in either order: each that no other one came certainly after may be the last.
        var written = writes.Where(write => write.IsGood).ToArray();
        var latest = written.Select(write => write.Start).DefaultIfEmpty().Max();
        var last = written.Where(write => write.End >= latest).ToArray();
        if (last.Any(write => write.Write!.Fits(entry))) return default;
        var first = last.Select(write => write.Start).DefaultIfEmpty().Min();
        var open = writes.Where(write => write.Outcome == ConsulKvOutcome.Unknown && write.End >= first).ToArray();
        if (open.Any(write => write.Write!.Fits(entry))) return (false, "it is what a write whose outcome stayed unknown would leave");
        var newest = entry?.ModifyIndex ?? 0;
        if (last.Length == 0)
        {
            if (newest <= indexBefore) return default;
            var failed = writes.Where(write => write.Outcome is ConsulKvOutcome.Failed or ConsulKvOutcome.Denied or ConsulKvOutcome.Conflict).ToArray();
            return failed.FirstOrDefault(write => write.Write!.Hash is not null && write.Write.Fits(entry)) is { } phantom
                ? (false, $"the value of a write that was said to be {phantom.Outcome} is there; somebody else may have written it") : (false, "somebody else wrote it meanwhile");
        }
        if (entry is null) return (false, "it is gone; somebody else may have removed it");
        if (last.All(write => write.Outcome == ConsulKvOutcome.Written))
        {
            if (newest <= indexBefore) return (true, "it holds what it did before the drill, and a write was said to be written");
            var before = written.Where(write => write.End < first).Select(write => write.Index ?? 0).DefaultIfEmpty().Max();
            if (newest <= before || newest < last.Max(write => write.Index ?? 0)) return (true, "it holds an older value than the last write that was said to be written");
        }
        return (false, "it holds another value; somebody else may have written it");
    }
}
