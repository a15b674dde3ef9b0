namespace ConsulKvTools.Kv.Reading;

/// <summary>Reads of single keys, several under way at once; the answers come in the order of the keys.</summary>
/// <param name="read">Begins a read.</param>
/// <param name="atOnce">Reads under way at once, 1 or more.</param>
/// <remarks>Not for use from several threads at once.</remarks>
internal sealed class KvReadAhead(Func<string, Task<KvReadResult>> read, int atOnce)
{
    private readonly Queue<(string Key, Task<KvReadResult> Answer)> underWay = new();

    /// <summary>True when the oldest answer has to be taken before another read is begun.</summary>
    public bool IsFull => underWay.Count >= atOnce;

    /// <summary>True when nothing is under way.</summary>
    public bool IsEmpty => underWay.Count == 0;

    /// <summary>True when <see cref="Take"/> gives an answer that is there already.</summary>
    public bool HasReady => underWay.Count > 0 && underWay.Peek().Answer.IsCompleted;

    /// <summary>Begins a read.</summary>
    public void Add(string key) => underWay.Enqueue((key, read(key)));

    /// <summary>The oldest read.</summary>
    public (string Key, Task<KvReadResult> Answer) Take() => underWay.Dequeue();
}
