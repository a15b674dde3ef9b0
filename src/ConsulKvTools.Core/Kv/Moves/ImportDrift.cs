using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Moves;

/// <summary>
/// What became of a store since an import was planned that goes on by its journal. The journal says what was done, and not what is there: somebody may have changed it
/// since, and a snapshot that was restored takes all of it back.
/// </summary>
internal sealed class ImportDrift
{
    private readonly Dictionary<int, ulong> undone = [];
    private readonly List<PlannedWrite> strayed = [];

    /// <summary>Nothing changed.</summary>
    public static ImportDrift None { get; } = new();

    /// <summary>Keys that the plan did not touch, as they were as the document says, and that are not any more.</summary>
    public IReadOnlyList<PlannedWrite> Strayed => strayed;

    /// <summary>True when a write was done that is not there any more.</summary>
    public bool IsUndone(int number) => undone.ContainsKey(number);

    /// <summary>True when any was.</summary>
    public bool AnyUndone => undone.Count > 0;

    /// <summary>Looks at the store again.</summary>
    /// <param name="pairs">Document and store side by side.</param>
    /// <param name="judge">Says whether a key is as the document wants it.</param>
    /// <param name="writes">The writes of the plan, in order by key.</param>
    /// <param name="conflicts">What the plan left alone, in order by key.</param>
    /// <param name="isDone">True for writes that are done, by the journal.</param>
    public static async Task<ImportDrift> LookAsync(IAsyncEnumerable<KvPair> pairs, ImportJudge judge, IReadOnlyList<PlannedWrite> writes, IReadOnlyList<PlannedWrite> conflicts, Func<int, bool> isDone)
    {
        var drift = new ImportDrift();
        var (write, conflict) = (0, 0);
        await foreach (var pair in pairs.ConfigureAwait(false))
        {
            var isPlanned = Reaches(writes, ref write, pair.Name);
            var isLeftAlone = Reaches(conflicts, ref conflict, pair.Name);
            if (isPlanned ? !isDone(write) : isLeftAlone) continue;
            var (action, _) = judge.Judge(pair.Left, pair.Right);
            if (action == ConsulKvImportAction.Unchanged) continue;
            var index = pair.Right?.ModifyIndex ?? 0;
            if (isPlanned) drift.undone[write] = index;
            else drift.strayed.Add(new PlannedWrite(pair.Name, action, index));
        }
        return drift;
    }

    /// <summary>What a write does to the key as it is now: one that was created and then changed is not created again.</summary>
    public PlannedWrite AsFound(int number, PlannedWrite planned) => undone.TryGetValue(number, out var now) && planned.Action != ConsulKvImportAction.Delete
        ? planned with { Action = now == 0 ? ConsulKvImportAction.Create : ConsulKvImportAction.Change } : planned;

    /// <summary>What to say of a write that was done and is not there any more.</summary>
    public ConsulKvWriteResult Undone(int number, PlannedWrite planned, string? session) => Conflict(planned, undone[number], session, $"{Printable.Text(planned.Key, 200)} was done by an earlier run of this import, and is not as the document says any more",
        "Somebody changed it since, or the store was restored. It is as it was found.", "Run the same command with -Force to write it again, or remove the journal to compare anew.");

    /// <summary>What to say of a key that was none of the plan's.</summary>
    public static ConsulKvWriteResult Astray(PlannedWrite found, string? session) => Conflict(found, found.Index, session, $"{Printable.Text(found.Key, 200)} was changed after this import was planned, when there was nothing to do about it",
        "An import that goes on by its journal writes what was planned, checked against what was there then. This key is as it was found.", "Once the import is through, its journal is gone, and the same command compares anew.");

    private static ConsulKvWriteResult Conflict(PlannedWrite planned, ulong now, string? session, string title, string cause, string remedy)
    {
        var finding = ConsulFinding.Create("Cas.IndexStale", ("key", Printable.Text(planned.Key)), ("index", planned.Index), ("currentIndex", now)) with { Title = title, Cause = cause, Remedy = remedy, Command = null };
        return new ConsulKvWriteResult { Key = planned.Key, Outcome = ConsulKvOutcome.Conflict, Finding = finding, Message = finding.Title, Remedy = finding.Remedy, Session = session };
    }

    /// <summary>Goes on in a list to the first key that is not before a name.</summary>
    /// <returns>True when it is that name.</returns>
    private static bool Reaches(IReadOnlyList<PlannedWrite> list, ref int at, string name)
    {
        while (at < list.Count && KvOrder.Bytes.Compare(list[at].Key, name) < 0) at++;
        return at < list.Count && list[at].Key == name;
    }
}
