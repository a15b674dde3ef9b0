namespace ConsulKvTools;

/// <summary>What an import does about a key.</summary>
public enum ConsulKvImportAction
{
    /// <summary>Nothing: the store has the same value and flags.</summary>
    Unchanged,

    /// <summary>It is not in the store, and is written if that is still so then.</summary>
    Create,

    /// <summary>It has another value or other flags, and is written if it has not changed until then.</summary>
    Change,

    /// <summary>It is not in the document, and is removed if it has not changed until then.</summary>
    Delete,

    /// <summary>Nothing: an undo would overwrite what somebody wrote after the import.</summary>
    Conflict,
}
