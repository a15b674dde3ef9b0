namespace ConsulKvTools.Kv.Locks;

/// <summary>The loss of a lock as a finding.</summary>
internal static class LockLosses
{
    /// <summary>What is said when a lock was lost; its cause is the lease's.</summary>
    public static ConsulFinding Of(HeldLock held) => Of(held.Wanted.Key, held.Lease.Id, held.Lease.Loss, held.Session.Address);

    /// <inheritdoc cref="Of(HeldLock)"/>
    public static ConsulFinding Of(ConsulKvLock held) => Of(held.Key, held.LockSession, held.Loss, held.Owner.Address);

    private static ConsulFinding Of(string key, string lockSession, ConsulFinding? why, string address) => ConsulFinding.Create("Lock.Lost",
        ("key", Printable.Text(key)), ("session", lockSession), ("detail", why is null ? "its TTL has passed without a renewal" : why.Title), ("code", why?.Code), ("address", address));
}
