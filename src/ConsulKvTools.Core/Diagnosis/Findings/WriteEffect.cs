namespace ConsulKvTools;

/// <summary>What a failure says about whether the write was stored.</summary>
public enum WriteEffect
{
    /// <summary>The write was not stored and will not be.</summary>
    NotApplied,

    /// <summary>The write was stored as asked.</summary>
    Applied,

    /// <summary>Something was stored, but under another key or in another place.</summary>
    Elsewhere,

    /// <summary>The write may have been stored, or may be stored later: only a consistent read can tell.</summary>
    Ambiguous,
}
