namespace ConsulKvTools.Kv.Bulk;

/// <summary>What every Consul server takes in one transaction, unless it was set to take less.</summary>
internal static class TransactionLimits
{
    /// <summary>Operations: 64 up to 1.13, 128 from 1.14 on. More than 64 at once wins nothing that could be measured.</summary>
    public const int Operations = 64;

    /// <summary>Bytes of the request's body, in which values are base64: <c>txn_max_req_len</c>, which is <c>kv_max_value_size</c> unless set.</summary>
    public const int Bytes = 512 * 1024;
}
