namespace ConsulKvTools;

/// <summary>What became of an import.</summary>
public sealed record ConsulKvImport
{
    /// <summary>The document.</summary>
    public required string Document { get; init; }

    /// <summary>Keys that were created.</summary>
    public long Created { get; init; }

    /// <summary>Keys that were changed.</summary>
    public long Changed { get; init; }

    /// <summary>Keys that were removed.</summary>
    public long Deleted { get; init; }

    /// <summary>Keys that already were as the document says; they were not touched.</summary>
    public long Unchanged { get; init; }

    /// <summary>Keys of the document that <c>-Exclude</c> left out.</summary>
    public long Excluded { get; init; }

    /// <summary>Keys that an earlier run, by its journal, had done, and that still are as the document says.</summary>
    public long DoneBefore { get; init; }

    /// <summary>Keys that somebody changed meanwhile; they are as that somebody left them.</summary>
    public long Conflicts { get; init; }

    /// <summary>Keys that were not written for another reason, or of which it is not known; each was an error.</summary>
    public long Failed { get; init; }

    /// <summary>Keys that were not begun, because the import was stopped, or because of <c>-Atomic</c> while others are in conflict.</summary>
    public long NotBegun { get; init; }

    /// <summary>Bytes of the values that were written.</summary>
    public long Bytes { get; init; }

    /// <summary>The file that gives back what was before; null when none was asked for.</summary>
    public string? UndoPath { get; init; }

    /// <summary>The journal by which the import can go on; null when it is not needed any more.</summary>
    public string? JournalPath { get; init; }

    /// <summary>From the first question to the last result.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The session it was written with.</summary>
    public string? Session { get; init; }

    /// <summary>True when rules hide, or may hide, keys where <c>-Delete</c> rules: such keys are neither compared nor removed, and there was a warning.</summary>
    public bool IsPartial { get; init; }

    /// <summary>True when the store is as the document says; false also where that cannot be told, as with <see cref="IsPartial"/>.</summary>
    public bool IsComplete => Conflicts == 0 && Failed == 0 && NotBegun == 0 && !IsPartial;

    /// <inheritdoc/>
    public override string ToString() => $"{Document}: {Created} created, {Changed} changed, {Deleted} deleted, {Unchanged + DoneBefore} as they were";
}
