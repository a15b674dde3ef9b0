namespace ConsulKvTools;

/// <summary>What happened to a watched key.</summary>
public enum ConsulKvChangeKind
{
    /// <summary>It was there when the watch began; asked for by <c>-InitialState</c>.</summary>
    Initial,

    /// <summary>It was not there before.</summary>
    Added,

    /// <summary>Its ModifyIndex, value, flags or lock moved. Removed and made anew between two answers is this, too.</summary>
    Changed,

    /// <summary>It is not there any more.</summary>
    Removed,
}
