namespace ConsulKvTools;

/// <summary>What became of a write.</summary>
public enum ConsulKvOutcome
{
    /// <summary>This value (or this removal) was committed.</summary>
    Written,

    /// <summary>The store already held what was asked for: nothing was written.</summary>
    Unchanged,

    /// <summary>Not committed and will not be: the check, or another's lock, was in the way.</summary>
    Conflict,

    /// <summary>Not committed and will not be: the token or the agent's settings do not allow it.</summary>
    Denied,

    /// <summary>Not committed and will not be: the code says why.</summary>
    Failed,

    /// <summary>It could not be found out; the message says how to find out later.</summary>
    Unknown,
}
