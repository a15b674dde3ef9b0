using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Writes what an import planned, one by one or all in one transaction.</summary>
/// <param name="session">Where to.</param>
/// <param name="options">How.</param>
/// <param name="spool">The document's entries.</param>
/// <param name="writes">The plan, in the document's order.</param>
/// <param name="journal">What is done already, and is told of what gets done; null without one.</param>
/// <param name="drift">What became of the writes of an earlier run.</param>
/// <param name="tally">Counts what happens.</param>
/// <param name="tell">Told of each write that did not go well.</param>
internal sealed class ImportRun(
    ConsulKvSession session, KvImportOptions options, KvSpool spool, IReadOnlyList<PlannedWrite> writes, ImportJournal? journal, ImportDrift drift, ImportTally tally,
    Action<ConsulKvWriteResult> tell)
{
    private const int SettledAtOnce = 64;

    /// <summary>Why the journal cannot be written any more, so that nothing more was begun; null while it can.</summary>
    public ConsulException? JournalFault { get; private set; }

    /// <summary>One write after another, several under way at once; the journal is told of each that went well.</summary>
    /// <param name="count">Told of results as they come; null when nobody wants to know.</param>
    /// <param name="cancellation">Begins nothing more.</param>
    public async Task RunEachAsync(Action<long>? count, CancellationToken cancellation)
    {
        using var pipeline = new KvWritePipeline(session, options.AtOnce, cancellation);
        var under = new Queue<(int Number, PlannedWrite Planned, ConsulKvWrite Write)>();
        var done = new List<int>();

        async Task TakeAsync(ConsulKvWriteResult result)
        {
            var (number, planned, write) = under.Dequeue();
            if (result.Code == "Outcome.Cancelled" && cancellation.IsCancellationRequested)
            {
                tally.NotBegun(1);
                return;
            }
            var settled = Advised(await SettledAsync(result, write).ConfigureAwait(false));
            tally.Add(planned, write, settled);
            if (settled.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged) done.Add(number);
            else if (!cancellation.IsCancellationRequested) tell(settled);
            count?.Invoke(1);
            if (done.Count >= SettledAtOnce) Note();
        }

        void Note()
        {
            if (done.Count == 0) return;
            try
            {
                if (JournalFault is null) journal?.Done(done);
            }
            catch (ConsulException fault)
            {
                // What is under way is brought to its end, and nothing more is begun that the journal would not know.
                JournalFault = fault;
            }
            done.Clear();
        }

        try
        {
            foreach (var (number, planned, write) in Prepared())
            {
                if (IsPast(number, planned)) continue;
                if (cancellation.IsCancellationRequested || JournalFault is not null)
                {
                    tally.NotBegun(1);
                    continue;
                }
                under.Enqueue((number, planned, write));
                foreach (var result in await pipeline.SubmitAsync(write).ConfigureAwait(false)) await TakeAsync(result).ConfigureAwait(false);
                if (journal is not null) Note();
            }
            while (await pipeline.NextAsync().ConfigureAwait(false) is { } result) await TakeAsync(result).ConfigureAwait(false);
        }
        finally
        {
            Note();
        }
    }

    /// <summary>True for a write that an earlier run had done: it is counted, and told where it is not there any more. With -Force that one is done again.</summary>
    private bool IsPast(int number, PlannedWrite planned)
    {
        if (journal?.IsDone(number) != true || (options.Force && drift.IsUndone(number))) return false;
        if (drift.IsUndone(number))
        {
            tally.Conflict();
            tell(drift.Undone(number, planned, session.Name));
        }
        else tally.DoneBefore();
        return true;
    }

    /// <summary>All of it in one transaction, or nothing.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task RunAtomicAsync(CancellationToken cancellation)
    {
        var all = Prepared().Where(row => !IsPast(row.Number, row.Planned)).ToArray();
        if (drift.AnyUndone && !options.Force)
        {
            // It is all or nothing, and a part of it cannot be.
            tally.NotBegun(all.Length);
            return;
        }
        var results = await new KvWriter(session).WriteAtomicAsync([.. all.Select(row => row.Write)], cancellation).ConfigureAwait(false);
        var settled = new ConsulKvWriteResult[all.Length];
        for (var index = 0; index < all.Length; index++) settled[index] = await SettledAsync(results[index], all[index].Write).ConfigureAwait(false);
        // Only the whole of it says that an earlier run had committed it.
        if (Array.TrueForAll(settled, result => result.Outcome == ConsulKvOutcome.Unchanged)) results = settled;
        var failed = results.FirstOrDefault(result => result.Outcome is not (ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged));
        if (failed?.Code == "Outcome.Cancelled" && cancellation.IsCancellationRequested)
        {
            tally.NotBegun(all.Length);
            return;
        }
        for (var index = 0; index < all.Length; index++) tally.Add(all[index].Planned, all[index].Write, results[index]);
        // Nothing of it was written: one reason is enough, and the one that names its key says most.
        if (failed is not null) tell(Advised(results.FirstOrDefault(result => result.Finding is { } own && result.Message == own.Title) ?? failed));
    }

    /// <summary>What to do about a key that somebody changed is another thing for an import than for one write.</summary>
    private ConsulKvWriteResult Advised(ConsulKvWriteResult result) => result is { Outcome: ConsulKvOutcome.Conflict, Finding: { } finding } && (finding.Code.StartsWith("Cas.", StringComparison.Ordinal) || finding.Code.StartsWith("Txn.", StringComparison.Ordinal))
        ? result with
        {
            Remedy = journal is null || (options.Atomic && journal?.Planned is null) ? "Run the same command again: it compares anew, and writes what is not as the document says. -Force writes over whatever somebody changes meanwhile."
                : "Run the same command with -Force to write over it, or remove the journal to compare anew.",
        }
        : result;

    /// <summary>
    /// An answer that was lost, or a check that failed, may mean that this import's own earlier attempt, or an earlier run of it, was written: where the store is as the document says,
    /// all is well.
    /// </summary>
    private async Task<ConsulKvWriteResult> SettledAsync(ConsulKvWriteResult result, ConsulKvWrite write)
    {
        if (result.Outcome is not (ConsulKvOutcome.Unknown or ConsulKvOutcome.Conflict)) return result;
        try
        {
            var now = await new KvReader(session).GetAsync(write.Key, ConsulConsistency.Consistent, CancellationToken.None).ConfigureAwait(false);
            var isThere = now.State == KvReadState.Found;
            var asWanted = KvWriter.IsRemoval(write) ? now.State == KvReadState.Missing : isThere && now.Entry!.Flags == write.Flags && now.Entry.Bytes.AsSpan().SequenceEqual(write.Value);
            return asWanted ? result with { Outcome = ConsulKvOutcome.Unchanged, Finding = null, Message = null, Remedy = null } : result;
        }
        catch (ConsulException)
        {
            // What was known stays what is known.
            return result;
        }
    }

    /// <summary>The writes, each with its value: the plan and the document are in the same order.</summary>
    private IEnumerable<(int Number, PlannedWrite Planned, ConsulKvWrite Write)> Prepared()
    {
        using var entries = spool.Read(CancellationToken.None).SelectMany(piece => piece).GetEnumerator();
        var isAtEnd = !entries.MoveNext();
        for (var number = 0; number < writes.Count; number++)
        {
            var planned = writes[number];
            while (!isAtEnd && KvOrder.Bytes.Compare(entries.Current.Key, planned.Key) < 0) isAtEnd = !entries.MoveNext();
            var entry = !isAtEnd && entries.Current.Key == planned.Key ? entries.Current : null;
            yield return (number, planned, WriteOf(planned, entry));
        }
    }

    private ConsulKvWrite WriteOf(PlannedWrite planned, ConsulKvEntry? entry) => planned.Action == ConsulKvImportAction.Delete
        ? new ConsulKvWrite { Key = planned.Key, Kind = options.Force ? ConsulKvWriteKind.Delete : ConsulKvWriteKind.DeleteCheckAndSet, Index = options.Force ? 0 : planned.Index }
        : new ConsulKvWrite
        {
            Key = planned.Key, Value = entry!.Bytes, Flags = entry.Flags,
            Kind = options.Force ? ConsulKvWriteKind.Put : planned.Index == 0 ? ConsulKvWriteKind.CreateOnly : ConsulKvWriteKind.CheckAndSet, Index = options.Force ? 0 : planned.Index,
        };
}
