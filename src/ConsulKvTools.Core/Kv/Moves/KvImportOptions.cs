namespace ConsulKvTools.Kv.Moves;

/// <summary>How an import is done.</summary>
internal sealed record KvImportOptions
{
    /// <summary>Where the keys go.</summary>
    public KeyMapping Mapping { get; init; } = KeyMapping.Below("");

    /// <summary>True to remove keys below the mapping's targets that the document does not have.</summary>
    public bool Delete { get; init; }

    /// <summary>Keys that are left alone: neither written where the document has them, in its names or the store's, nor removed.</summary>
    public KeyPatterns Exclude { get; init; } = KeyPatterns.None;

    /// <summary>Why this cannot be done whatever the document says; null when it can.</summary>
    public ConsulFinding? Unbounded => Delete && Mapping.Scopes.Contains("") && !Mapping.NamesTop
        ? ConsulFinding.Create("Document.WouldEmpty", ("problem", "keys of the whole store: nothing says below which prefix it may")) : null;

    /// <summary>True to write whatever somebody changed meanwhile, and to allow what would empty a store.</summary>
    public bool Force { get; init; }

    /// <summary>True for one transaction or nothing.</summary>
    public bool Atomic { get; init; }

    /// <summary>A file by which an import that broke off goes on; null without.</summary>
    public string? JournalPath { get; init; }

    /// <summary>A file that gives back what was before; null without.</summary>
    public string? UndoPath { get; init; }

    /// <summary>Requests under way at once.</summary>
    public int AtOnce { get; init; } = 16;
}
