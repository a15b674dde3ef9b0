namespace ConsulKvTools.Kv.Documents;

/// <summary>Entries that are given one after the other, set aside as they come.</summary>
internal sealed class GivenEntries() : KvDocumentReader("the pipeline"), IDisposable
{
    private readonly KvSpool spool = new("the pipeline");

    /// <summary>How many were given.</summary>
    public int Count { get; private set; }

    /// <summary>Takes one.</summary>
    public void Add(ConsulKvEntry entry) => spool.Add(entry, ++Count, 0);

    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        spool.Complete();
        foreach (var piece in spool.Read(cancellation)) yield return [.. piece.Select(entry => new KvDocumentItem(entry, 0))];
    }

    /// <inheritdoc/>
    public void Dispose() => spool.Dispose();
}
