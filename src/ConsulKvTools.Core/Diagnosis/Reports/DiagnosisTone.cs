namespace ConsulKvTools;

/// <summary>What a mark or status word means, so that a front can colour it. The word alone carries the meaning too.</summary>
public enum DiagnosisTone
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, but worth a look.</summary>
    Warning,

    /// <summary>In the way of the write.</summary>
    Bad,

    /// <summary>Not looked at.</summary>
    Dim,
}
