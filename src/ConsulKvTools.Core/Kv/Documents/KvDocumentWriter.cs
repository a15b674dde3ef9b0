namespace ConsulKvTools.Kv.Documents;

/// <summary>Writes entries, which come in the order of their keys, as a document.</summary>
internal abstract class KvDocumentWriter : IDisposable
{
    /// <summary>Takes an entry.</summary>
    /// <exception cref="ConsulDocumentException">The form cannot hold it without loss, or it cannot be written.</exception>
    public abstract void Add(ConsulKvEntry entry);

    /// <summary>Ends the document. One that was not ended is never taken for whole.</summary>
    public abstract void Complete();

    /// <summary>Gives back what it holds; what was not completed is taken away.</summary>
    public virtual void Dispose()
    {
    }
}
