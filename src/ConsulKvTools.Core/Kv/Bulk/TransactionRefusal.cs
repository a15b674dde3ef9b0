namespace ConsulKvTools.Kv.Bulk;

/// <summary>How a transaction ended without being settled for all of its writes.</summary>
internal enum TransactionRefusal
{
    /// <summary>It was settled: the same for all.</summary>
    None,

    /// <summary>The answer was lost: it may have been committed.</summary>
    Lost,

    /// <summary>Nothing was written, because of some operations which Consul named.</summary>
    Blamed,

    /// <summary>Nothing was written, because of its size or of something that Consul could not read; it did not say where.</summary>
    Whole,

    /// <summary>Nothing was written: the request itself was denied, or there are no transactions here.</summary>
    Endpoint,
}
