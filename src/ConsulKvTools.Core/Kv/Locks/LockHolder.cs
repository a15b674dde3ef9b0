namespace ConsulKvTools.Kv.Locks;

/// <summary>The lock session that holds a key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; empty when it has none.</param>
/// <param name="Node">The node it belongs to.</param>
/// <param name="LockDelay">How long the key cannot be locked once this session is lost.</param>
internal sealed record LockHolder(string Id, string Name, string Node, TimeSpan LockDelay)
{
    /// <inheritdoc/>
    public override string ToString() => $"lock session {Id}{(Name.Length == 0 ? "" : $" ({Printable.Text(Name, 80)})")} of node {Printable.Text(Node, 80)}";
}
