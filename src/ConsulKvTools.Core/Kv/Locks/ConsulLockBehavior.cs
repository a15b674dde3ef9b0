namespace ConsulKvTools;

/// <summary>What becomes of a lock's key when its lock session ends without having given it back.</summary>
public enum ConsulLockBehavior
{
    /// <summary>The key stays, unlocked.</summary>
    Release,

    /// <summary>The key is removed.</summary>
    Delete,
}
