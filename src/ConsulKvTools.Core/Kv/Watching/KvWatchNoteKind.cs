namespace ConsulKvTools.Kv.Watching;

/// <summary>What a watch has to say besides changes.</summary>
internal enum KvWatchNoteKind
{
    /// <summary>The first answer is there.</summary>
    Began,

    /// <summary>For a while there was no answer, or none that can pass by itself.</summary>
    Interrupted,

    /// <summary>There are answers again.</summary>
    Resumed,

    /// <summary>The index went backwards: a snapshot was restored, or the store was begun anew.</summary>
    WentBack,

    /// <summary>An answer was older than one before; it was not used.</summary>
    OldAnswer,

    /// <summary>Keys vanished because the token may not read them any more.</summary>
    Hidden,

    /// <summary>All keys can be seen again.</summary>
    Visible,
}
