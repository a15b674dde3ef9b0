namespace ConsulKvTools.Kv.Locks;

/// <summary>What became of an attempt to take a lock.</summary>
internal enum LockTryState
{
    /// <summary>It is held by us.</summary>
    Taken,

    /// <summary>Others hold it.</summary>
    Held,

    /// <summary>Nobody holds it, and a lock-delay is running.</summary>
    Delayed,

    /// <summary>Our own lock session is gone.</summary>
    SessionGone,

    /// <summary>Somebody was faster, or the answer was lost: to be tried again at once.</summary>
    Again,
}
