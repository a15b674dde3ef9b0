namespace ConsulKvTools;

/// <summary>What a write asks for.</summary>
public enum ConsulKvWriteKind
{
    /// <summary>Store the value, whatever is there.</summary>
    Put,

    /// <summary>Store the value if the key's ModifyIndex is still the given one.</summary>
    CheckAndSet,

    /// <summary>Store the value if the key does not exist.</summary>
    CreateOnly,

    /// <summary>Remove the key.</summary>
    Delete,

    /// <summary>Remove the key if its ModifyIndex is still the given one.</summary>
    DeleteCheckAndSet,

    /// <summary>Remove every key that begins with the given prefix.</summary>
    DeleteTree,

    /// <summary>Take the key's lock for a lock session and store the value.</summary>
    Acquire,

    /// <summary>Give the key's lock back and store the value.</summary>
    Release,
}
