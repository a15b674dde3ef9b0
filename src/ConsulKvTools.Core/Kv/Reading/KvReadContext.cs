namespace ConsulKvTools.Kv.Reading;

/// <summary>What an answer says about all of its entries.</summary>
internal readonly record struct KvReadContext(ConsulConsistency Consistency, TimeSpan? LastContact, string? Session);
