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

    /// <summary>The store that was measured.</summary>
    public static StoreIdentity Of(ConsulKvMeasurement measured) => new(measured.Target, measured.Datacenter, measured.Namespace, measured.Partition, measured.Prefix);

    /// <summary>The store in words, printable.</summary>
    public override string ToString() =>
        $"'{Printable.Text(Prefix, 200)}' at {Printable.Text(Address, 200)}" + Named(" in datacenter", Datacenter) + Named(", namespace", Namespace) + Named(", partition", Partition);

    private static string Named(string what, string? name) => name is null ? "" : $"{what} {Printable.Text(name, 100)}";
}
