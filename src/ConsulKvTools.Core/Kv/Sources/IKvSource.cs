namespace ConsulKvTools.Kv.Sources;

/// <summary>Where entries come from: a prefix of a store, or a document.</summary>
internal interface IKvSource
{
    /// <summary>What a person would call it: <c>http://10.0.0.1:8500 app/</c>, <c>backup.json</c>. Holds no secret.</summary>
    string Name { get; }

    /// <summary>
    /// Its entries in <see cref="KvOrder"/>, each key once, in pieces as they come in. Entries of documents have no indexes (0) and no session.
    /// May be read again; a store may have changed by then.
    /// </summary>
    /// <param name="report">Called at most once, before the first entry: Filtered or Forbidden when not all that is there is shown, Missing when nothing is. Not called means all is shown.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ConsulException">No answer could be had, or the document is none.</exception>
    IAsyncEnumerable<ConsulKvEntry[]> ReadAsync(Action<KvReadState, ConsulFinding?> report, CancellationToken cancellation);
}
