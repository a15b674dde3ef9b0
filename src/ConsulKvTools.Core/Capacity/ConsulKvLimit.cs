namespace ConsulKvTools;

/// <summary>What Consul, or who asked, limits.</summary>
public enum ConsulKvLimit
{
    /// <summary>Bytes of one value: <c>limits.kv_max_value_size</c>.</summary>
    Value,

    /// <summary>Operations of a transaction that writes all keys directly in the prefix with the most of them: 64, from 1.14 on 128.</summary>
    TransactionOperations,

    /// <summary>Bytes of such a transaction for the prefix whose keys are the largest together, values in base64: <c>limits.txn_max_req_len</c>.</summary>
    TransactionBytes,

    /// <summary>Bytes of the largest entry in the raft log. Above 512 KiB replication takes so long that leaders lose their lead (raft's suggested maximum).</summary>
    RaftEntry,

    /// <summary>Keys and folders directly in one prefix. Consul sets no limit; one level is one answer to whoever lists it.</summary>
    Children,

    /// <summary>Bytes that the store takes: <c>-LimitBytes</c>.</summary>
    StoredBytes,

    /// <summary>Keys in the store: <c>-LimitKeys</c>.</summary>
    Keys,
}
