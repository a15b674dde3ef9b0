namespace ConsulKvTools;

/// <summary>What a drill says of a fault.</summary>
public enum ConsulFaultDrillVerdict
{
    /// <summary>Nothing was under way while it lasted: nothing is proven.</summary>
    NotHit,

    /// <summary>Everything that was under way ended well, and no pause was longer than what is accepted.</summary>
    Survived,

    /// <summary>Something failed, or stayed unknown, or a pause was too long; nothing that was said to be written is missing.</summary>
    Degraded,

    /// <summary>A write that was said to be written is not there, or one that was said to have failed is.</summary>
    Lost,
}
