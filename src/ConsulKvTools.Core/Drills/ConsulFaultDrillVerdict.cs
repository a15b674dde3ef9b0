namespace ConsulKvTools;

/// <summary>What a drill says of a fault.</summary>
public enum ConsulFaultDrillVerdict
{
    /// <summary>Nothing was under way while it lasted: nothing is proven.</summary>
    NotHit,

    /// <summary>Everything that was under way ended well, and no pause was longer than what is accepted.</summary>
    Survived,

    /// <summary>Something failed or stayed unknown, a pause was too long, or of a key it cannot be told what became; nothing that was said to be written is known to be missing.</summary>
    Degraded,

    /// <summary>A write that was said to be written is not there, and no other writer can explain that.</summary>
    Lost,
}
