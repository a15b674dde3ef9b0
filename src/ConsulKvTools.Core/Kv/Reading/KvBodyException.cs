namespace ConsulKvTools.Kv.Reading;

/// <summary>A body that is JSON perhaps, but not what Consul answers. The message is our own and may be shown.</summary>
internal sealed class KvBodyException(string problem) : Exception(problem);
