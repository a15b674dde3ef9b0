namespace ConsulKvTools.Capacity.History;

/// <summary>Which store a measurement is of: sizes of different ones have no common course.</summary>
/// <param name="Address">The agent's address.</param>
/// <param name="Datacenter">The datacenter that was asked for; null for the agent's own.</param>
/// <param name="Namespace">The namespace; null for the token's own.</param>
/// <param name="Partition">The partition; null for the agent's own.</param>
/// <param name="Prefix">The prefix; empty for all.</param>
internal sealed record StoreIdentity(string Address, string? Datacenter, string? Namespace, string? Partition, string Prefix)
{
    /// <summary>The store that a session sees, from a prefix on.</summary>
    public static StoreIdentity Of(ConsulKvSession session, string prefix) => new(session.Address, session.Datacenter, session.Namespace, session.Partition, prefix);
}
