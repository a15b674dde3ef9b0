namespace ConsulKvTools.Kv.Reading;

/// <summary>What the answer says about its entries.</summary>
internal readonly record struct KvReadContext(ConsulConsistency Consistency, TimeSpan? LastContact, string? Session, ConsulKvSession? Origin = null)
{
    /// <summary>An entry of this answer. Without a lock session Consul leaves the field out, or sends it empty.</summary>
    public ConsulKvEntry EntryOf(string key, byte[] bytes, ulong flags, ulong created, ulong modified, ulong locked, string? lockSession) => new()
    {
        Key = key,
        Bytes = bytes,
        Flags = flags,
        CreateIndex = created,
        ModifyIndex = modified,
        LockIndex = locked,
        LockSession = string.IsNullOrEmpty(lockSession) ? null : lockSession,
        Consistency = Consistency,
        LastContact = LastContact,
        Session = Session,
        Origin = Origin,
    };
}
