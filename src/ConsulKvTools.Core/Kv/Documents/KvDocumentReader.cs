namespace ConsulKvTools.Kv.Documents;

/// <summary>Reads the entries of a document as they stand in it: in any order, a key perhaps twice.</summary>
/// <param name="name">What a person would call the document.</param>
internal abstract class KvDocumentReader(string name)
{
    /// <summary>What a person would call the document.</summary>
    public string Name { get; } = name;

    /// <summary>The entries, piece by piece.</summary>
    /// <exception cref="ConsulDocumentException">It cannot be read, or is none; says where and what would be right.</exception>
    public abstract IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation);
}
