namespace ConsulKvTools.Kv.Moves;

/// <summary>Counts what became of an import's writes.</summary>
internal sealed class ImportTally(string document, string session, long unchanged, long conflicts)
{
    private long created, changed, deleted, same = unchanged, before, conflicting = conflicts, failed, left, bytes;
    private bool hasBegun, mayBeWritten;

    /// <summary>What is known so far.</summary>
    public ConsulKvImport Result => new()
    {
        Document = document, Session = session, Created = created, Changed = changed, Deleted = deleted, Unchanged = same, DoneBefore = before, Conflicts = conflicting, Failed = failed, NotBegun = left, Bytes = bytes,
    };

    /// <summary>True when writes were tried and it is sure that none was, or will be, committed.</summary>
    public bool IsSurelyNothing => hasBegun && !mayBeWritten && left == 0;

    /// <summary>Takes a result.</summary>
    public void Add(PlannedWrite planned, ConsulKvWrite write, ConsulKvWriteResult result)
    {
        hasBegun = true;
        mayBeWritten |= result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged or ConsulKvOutcome.Unknown;
        switch (result.Outcome)
        {
            case ConsulKvOutcome.Written:
                if (planned.Action == ConsulKvImportAction.Delete) deleted++;
                else if (planned.Action == ConsulKvImportAction.Create) created++;
                else changed++;
                bytes += write.Value.Length;
                break;
            case ConsulKvOutcome.Unchanged: same++; break;
            case ConsulKvOutcome.Conflict: conflicting++; break;
            default: failed++; break;
        }
    }

    /// <summary>A write that an earlier run had done.</summary>
    public void DoneBefore() => before++;

    /// <summary>A key that somebody changed since an earlier run.</summary>
    public void Conflict() => conflicting++;

    /// <summary>Writes that are not begun.</summary>
    public void NotBegun(long count) => left += count;
}
