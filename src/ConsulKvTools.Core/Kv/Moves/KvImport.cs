using System.Runtime.CompilerServices;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Documents;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// Makes a store what a document says. First the whole document is read and set aside, then it is compared with the store, and then only what differs is written, each
/// write checked against the index that the comparison saw.
/// </summary>
/// <remarks>Not for use from several threads at once.</remarks>
internal sealed class KvImport : IDisposable
{
    private readonly ConsulKvSession session;
    private readonly KvDocument document;
    private readonly KvImportOptions options;
    private readonly UndoReader? undo;
    private readonly List<PlannedWrite> writes = [];
    private readonly List<PlannedWrite> conflicts = [];
    private readonly UnwritableKeys unwritable = new();
    private readonly ImportTarget target;
    private readonly ImportJudge judge;
    private readonly long began;
    private KvSpool? spool;
    private ImportJournal? journal;
    private ImportDrift drift = ImportDrift.None;
    private bool isUndoWritten;
    private bool isBegun;
    private bool isBelowAlready = true;

    /// <summary>An import.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="document">What.</param>
    /// <param name="options">How.</param>
    public KvImport(ConsulKvSession session, KvDocument document, KvImportOptions options)
    {
        this.session = session;
        this.document = document;
        this.options = options;
        undo = document.Reader as UndoReader;
        target = new ImportTarget(session, options, removes: Removes);
        judge = new ImportJudge(undo, options.Force);
        began = session.Time.GetTimestamp();
    }

    /// <summary>Keys of each action; those of an earlier run, by its journal, are not counted.</summary>
    public Dictionary<ConsulKvImportAction, long> Counts { get; } = new()
    {
        [ConsulKvImportAction.Unchanged] = 0, [ConsulKvImportAction.Create] = 0, [ConsulKvImportAction.Change] = 0, [ConsulKvImportAction.Delete] = 0, [ConsulKvImportAction.Conflict] = 0,
    };

    /// <summary>How many writes there are to do.</summary>
    public int Writes => writes.Count;

    /// <summary>How many keys the document has.</summary>
    public int Keys => spool?.Count ?? 0;

    /// <summary>True when a journal says what is left to do.</summary>
    public bool IsResumed => journal?.Planned is not null;

    /// <summary>Keys of the document that were left out by patterns.</summary>
    public long Excluded { get; private set; }

    /// <summary>
    /// The first key as it would be written, when each of the document begins already with the folder that it is put below, which most likely was not meant; null otherwise.
    /// </summary>
    public string? Doubled => options.Mapping.Folder is not null && isBelowAlready && undo is null ? spool?.First : null;

    /// <summary>Called when the document is read and sound, before it is compared; null when nobody wants to know.</summary>
    public Action? DocumentRead { get; init; }

    /// <summary>What ACLs hid when the store was read, or may have where keys are removed; null when all that matters was seen.</summary>
    public ConsulFinding? Hidden => target.Hidden;

    /// <summary>What to do about a journal that stays because of conflicts; null when none does, and before the end.</summary>
    public string? Advice { get; private set; }

    /// <summary>True when keys go that the document does not have; an undo file says itself which go.</summary>
    private bool Removes => options.Delete && undo is null;

    /// <summary>
    /// Reads the document and compares it with the store: what is to be done is known, the undo file and the journal are on the disk, and nothing is written.
    /// </summary>
    /// <param name="show">Told of each key, in order, with both values; null when nobody wants to see. Not called for a resumed import.</param>
    /// <param name="keepFiles">False to leave undo file and journal alone: it is only a look.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The document is not sound, the store cannot be read, or a file cannot be written.</exception>
    public async Task PlanAsync(Func<ConsulKvImportItem, ValueTask>? show, bool keepFiles, CancellationToken cancellation)
    {
        CheckFiles();
        if (undo is null && options.Unbounded is { } unbounded) throw ConsulException.From(unbounded);
        spool = await document.SpoolAsync(Mapped, cancellation).ConfigureAwait(false);
        if (unwritable.Count > 0) throw unwritable.Refuse(document.Name);
        DocumentRead?.Invoke();
        var origin = undo is not null || (keepFiles && options.UndoPath is not null) ? await UndoOrigin.OfAsync(session, cancellation).ConfigureAwait(false) : null;
        if (undo?.Origin is { } written && !options.Force && written.DifferenceTo(origin!) is { } difference) throw DocumentFault.UndoForeign(document.Name, difference);
        if (options.Delete && undo is null) CheckSweep();
        if (keepFiles && options.JournalPath is { } path)
        {
            journal = ImportJournal.Open(path, spool.Fingerprint(cancellation), TargetIdentity(), options.UndoPath);
            if (journal.Planned is { } planned)
            {
                await ResumeAsync(planned, cancellation).ConfigureAwait(false);
                return;
            }
        }
        try
        {
            // Not by -Force either: after an import that was killed it is all that is left of what was there before.
            if (keepFiles && options.UndoPath is { } there && File.Exists(there))
                throw DocumentFault.UndoNotWritten(there, "there is a file already, perhaps the undo file of an earlier import, which is never overwritten; give another name");
            await CompareAsync(show, keepFiles ? origin : null, cancellation).ConfigureAwait(false);
            if (keepFiles && options.Atomic && conflicts.Count > 0) throw NotAllOfIt();
            journal?.Plan([.. writes, .. conflicts]);
            cancellation.ThrowIfCancellationRequested();
        }
        catch
        {
            // Nothing is begun: the next try finds neither in its way.
            Discard();
            throw;
        }
    }

    /// <summary>Does what is planned. Stopped, it begins nothing more, waits a moment for what is under way, and tells the state.</summary>
    /// <param name="tell">Told of each write that did not go well.</param>
    /// <param name="count">Told of results as they come; null when nobody wants to know.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConsulException">The journal cannot be written any more: nothing more was begun, and the finding says how far it came.</exception>
    public async Task<ConsulKvImport> RunAsync(Action<ConsulKvWriteResult> tell, Action<long>? count, CancellationToken cancellation)
    {
        isBegun = true;
        var tally = new ImportTally(document.Name, session.Name, Counts[ConsulKvImportAction.Unchanged], Counts[ConsulKvImportAction.Conflict]);
        foreach (var found in drift.Strayed)
        {
            tally.Conflict();
            tell(ImportDrift.Astray(found, session.Name));
        }
        var run = new ImportRun(session, options, spool!, writes, journal, drift, tally, tell);
        if (options.Atomic) await run.RunAtomicAsync(cancellation).ConfigureAwait(false);
        else await run.RunEachAsync(count, cancellation).ConfigureAwait(false);
        var result = tally.Result with { Excluded = Excluded, IsPartial = Removes && Hidden is not null };
        // What the plan left alone, a later run compares anew.
        var isDone = result is { Failed: 0, NotBegun: 0 } && result.Conflicts == Counts[ConsulKvImportAction.Conflict] + drift.Strayed.Count;
        var stuck = result.Conflicts - Counts[ConsulKvImportAction.Conflict] - drift.Strayed.Count;
        if (!IsResumed && tally.IsSurelyNothing && (options.Atomic || stuck == 0))
        {
            // Nothing to give back, and nothing to go on with: the next run compares anew, and finds neither file in its way.
            Discard();
            return result with { Duration = session.Time.GetElapsedTime(began) };
        }
        if (isDone) journal?.Remove();
        else if (run.JournalFault is { } fault) throw DocumentFault.JournalBrokeOff(fault, result);
        if (journal is not null && stuck > 0)
            Advice = $"{Amount.Of(stuck, "key")} of this import {(stuck == 1 ? "is" : "are")} in conflict, and will be in every further run: its journal {Printable.Text(options.JournalPath!, 200)} keeps what was there when it was planned. "
                + $"Run the same command with -Force to write over {(stuck == 1 ? "it" : "them")}, or remove the journal{(options.UndoPath is null ? "" : ", and give another -UndoPath,")} to compare anew.";
        return result with
        {
            UndoPath = options.UndoPath,
            JournalPath = isDone ? null : options.JournalPath,
            Duration = session.Time.GetElapsedTime(began),
        };
    }

    /// <summary>Ends it. A plan that was not begun, because somebody said no, or nobody could be asked, leaves neither undo file nor journal.</summary>
    public void Dispose()
    {
        if (!isBegun) Discard();
        spool?.Dispose();
        journal?.Dispose();
    }

    /// <summary>Takes back what the plan left on the disk: nothing of it is to be done.</summary>
    private void Discard()
    {
        if (IsResumed) return;
        try
        {
            // As long as the journal is there, a kill in between leaves nothing that would be taken for another's.
            if (isUndoWritten) File.Delete(options.UndoPath!);
            isUndoWritten = false;
            journal?.Remove();
            journal = null;
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            // Why nothing is written matters more; a file that stays is named when it stands in the way.
        }
    }

    /// <summary>The undo file or the journal in the document's place would destroy it, one in the other's place both, and in a folder that is imported each would be a key.</summary>
    private void CheckFiles()
    {
        if (options is { UndoPath: { } one, JournalPath: { } other } && WholeFile.IsSame(one, other)) throw Misplaced("-UndoPath", one, "the journal; give each a file of its own");
        foreach (var (parameter, path) in new[] { ("-UndoPath", options.UndoPath), ("-JournalPath", options.JournalPath) })
        {
            if (path is null) continue;
            if (WholeFile.IsSame(path, document.Name)) throw Misplaced(parameter, path, "the document; give another name");
            if (document.Reader is FolderReader folder && folder.Holds(path)) throw Misplaced(parameter, path, "in the folder that is imported, where it would be a key; give it a place outside");
        }

        static ConsulException Misplaced(string parameter, string path, string problem) =>
            ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", parameter), ("problem", $"the file {Printable.Text(path, 200)} of {parameter} is {problem}")));
    }

    /// <summary>What is left alone is not written, so it would not be all.</summary>
    private ConsulException NotAllOfIt()
    {
        var (first, count) = (Printable.Text(conflicts[0].Key, 200), conflicts.Count);
        return ConsulException.From(ConsulFinding.Create("Cas.IndexStale", ("key", Printable.Text(conflicts[0].Key)), ("currentIndex", conflicts[0].Index)) with
        {
            Title = $"{Amount.Of(count, "key")} {(count == 1 ? "was" : "were")} changed after the import that is undone, so not all of it can be given back: {first}{(count == 1 ? "" : " is the first")}",
            Cause = "-Atomic gives back everything or nothing. Nothing was written.",
            Remedy = "See what was changed with -Plan. Without -Atomic the other keys are given back; -Force gives back these too, over what somebody wrote.",
            Command = null,
        });
    }

    /// <summary>Goes on with what an earlier run had planned.</summary>
    private async Task ResumeAsync(IReadOnlyList<PlannedWrite> planned, CancellationToken cancellation)
    {
        foreach (var plan in planned) (plan.Action == ConsulKvImportAction.Conflict ? conflicts : writes).Add(plan);
        if (options.UndoPath is { } path && !(File.Exists(path) && new UndoReader(path).Read(cancellation).SelectMany(piece => piece).Select(item => item.Entry.Key).SequenceEqual(writes.Select(write => write.Key))))
            throw DocumentFault.UndoNotWritten(path, "this import had begun, by its journal, so what was before cannot be put down any more; go on without -UndoPath, or give the one it began with");
        drift = await ImportDrift.LookAsync(PairsAsync(cancellation), judge, writes, conflicts, journal!.IsDone).ConfigureAwait(false);
        Counts[ConsulKvImportAction.Conflict] = conflicts.Count;
        for (var number = 0; number < writes.Count; number++)
        {
            writes[number] = drift.AsFound(number, writes[number]);
            if (!journal.IsDone(number) || (options.Force && drift.IsUndone(number))) Counts[writes[number].Action]++;
        }
    }

    private async Task CompareAsync(Func<ConsulKvImportItem, ValueTask>? show, UndoOrigin? origin, CancellationToken cancellation)
    {
        using var file = origin is not null && options.UndoPath is { } path ? OpenUndo(path) : null;
        if (file is not null) Written(options.UndoPath!, () => file.AddOrigin(origin!));
        await foreach (var pair in PairsAsync(cancellation).ConfigureAwait(false))
        {
            var (action, after) = judge.Judge(pair.Left, pair.Right);
            Counts[action]++;
            if (action == ConsulKvImportAction.Conflict) conflicts.Add(new PlannedWrite(pair.Name, action, pair.Right?.ModifyIndex ?? 0));
            else if (action is ConsulKvImportAction.Create or ConsulKvImportAction.Change or ConsulKvImportAction.Delete)
            {
                writes.Add(new PlannedWrite(pair.Name, action, pair.Right?.ModifyIndex ?? 0));
                if (file is not null) Written(options.UndoPath!, () => file.Add(pair.Name, pair.Right, after));
            }
            if (show is not null) await show(ImportJudge.Item(session, pair.Name, action, pair.Right, after)).ConfigureAwait(false);
        }
        if (file is null) return;
        Written(options.UndoPath!, () => file.Complete(journal is null ? null : journal.Undo));
        isUndoWritten = true;
    }

    /// <summary>Document and store side by side: every key that the import has to do with.</summary>
    private async IAsyncEnumerable<KvPair> PairsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var pair in KvJoin.PairsAsync(Wanted(cancellation), entry => entry.Key, target.ReadAsync(spool!, cancellation), entry => entry.Key, cancellation).ConfigureAwait(false))
            if (pair.Left is not null || (Removes && !options.Exclude.Match(pair.Name) && !options.Mapping.Sources(pair.Name).Any(options.Exclude.Match))) yield return pair;
    }

    private void CheckSweep()
    {
        var where = string.Join(", ", options.Mapping.Scopes.Select(scope => scope.Length == 0 ? "the top of the store" : Printable.Text(scope, 80)));
        if (document.Reader is GivenEntries { Count: 0 }) throw DocumentFault.NothingGiven(where);
        if (options.Force) return;
        var problem = spool!.Count == 0 ? $"every key below {where}, because the document is empty"
            : options.Mapping.Scopes.Contains("") ? "every key of the whole store that the document does not have" : null;
        if (problem is not null) throw ConsulException.From(ConsulFinding.Create("Document.WouldEmpty", ("file", Printable.Text(document.Name, 200)), ("problem", problem)));
    }

    private static UndoWriter OpenUndo(string path)
    {
        UndoWriter? undo = null;
        Written(path, () => undo = new UndoWriter(path));
        return undo!;
    }

    /// <summary>Does a piece of work on the undo file; a disk that is full is told as what it is.</summary>
    private static void Written(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.UndoNotWritten(path, error);
        }
    }

    /// <summary>An entry where it is to go. Every key is looked at before anything is written.</summary>
    private ConsulKvEntry? Mapped(KvDocumentItem item, int number)
    {
        var place = item.Line > 0 ? $"line {item.Line}, item {number}" : $"item {number}";
        var key = undo is not null ? item.Entry.Key : options.Mapping.Target(item.Entry.Key);
        if (options.Exclude.Match(item.Entry.Key) || (key is not null && options.Exclude.Match(key)))
        {
            Excluded++;
            return null;
        }
        if (undo is not null) return item.Entry;
        if (key is null)
            throw DocumentFault.Malformed(document.Name, place, $"no row of -Map says where {Printable.Text(item.Entry.Key, 120)} goes; a row with '' for its name takes what is left");
        if (KvKey.Check(key, isPrefix: false) is { } refused)
        {
            unwritable.Add(key, place, refused);
            return null;
        }
        isBelowAlready &= options.Mapping.Folder is { } folder && item.Entry.Key.StartsWith(folder, StringComparison.Ordinal);
        return key == item.Entry.Key ? item.Entry : new ConsulKvEntry { Key = key, Bytes = item.Entry.Bytes, Flags = item.Entry.Flags };
    }

    private async IAsyncEnumerable<ConsulKvEntry[]> Wanted([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var piece in spool!.Read(cancellation)) yield return piece;
    }

    private string TargetIdentity() => string.Join("\n",
        session.Address, session.Namespace ?? "", session.Partition ?? "", session.Datacenter ?? "", options.Delete ? "delete" : "", options.Mapping.Identity + (options.Exclude.Identity is { Length: > 0 } left ? "\n" + left : ""));
}
