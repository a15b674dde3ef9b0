namespace ConsulKvTools;

/// <summary>What became of a read: four different answers that Consul itself does not always tell apart.</summary>
public enum KvReadState
{
    /// <summary>There is something, and the token may see it.</summary>
    Found,

    /// <summary>There is nothing.</summary>
    Missing,

    /// <summary>The token may not read this; whether it exists is unknown.</summary>
    Forbidden,

    /// <summary>The token may not see all of it: what is shown is not all there may be.</summary>
    Filtered,
}
