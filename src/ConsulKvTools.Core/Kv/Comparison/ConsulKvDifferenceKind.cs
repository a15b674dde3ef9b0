namespace ConsulKvTools;

/// <summary>How two sides differ in a key.</summary>
public enum ConsulKvDifferenceKind
{
    /// <summary>Both have it, and it is the same.</summary>
    Equal,

    /// <summary>Both have it, with different values or flags.</summary>
    Changed,

    /// <summary>Only the difference side has it.</summary>
    Added,

    /// <summary>Only the reference side has it.</summary>
    Removed,

    /// <summary>One side has it; the token may not read it on the other, so nobody knows whether it is there.</summary>
    Unknown,
}
