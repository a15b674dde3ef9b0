namespace ConsulKvTools;

/// <summary>What a release is to its configuration.</summary>
public enum ConsulKvReleaseStatus
{
    /// <summary>Published and not in use.</summary>
    Available,

    /// <summary>What the pointer names: readers read this one.</summary>
    Current,

    /// <summary>What <c>Switch-ConsulKvRelease -Rollback</c> goes back to.</summary>
    Previous,

    /// <summary>A tree without a manifest: its publishing did not come to its end, or it was written by other means. It cannot be switched to.</summary>
    Unfinished,

    /// <summary>A manifest without its tree, or the tree is not what was published. It cannot be switched to.</summary>
    Damaged,

    /// <summary>Whether the tree is what was published cannot be told, since the token may not see all of it.</summary>
    Unknown,
}
