using System.Text.Json;

namespace ConsulKvTools.Kv.Reading;

/// <summary>How one element of a list of Consul's is read.</summary>
internal abstract class KvElementReader<T>
{
    /// <summary>Reads an element of exactly the shape that Consul writes. False, and nothing said, for every other shape and when some of it is still missing.</summary>
    /// <param name="data">Begins with the element's first byte.</param>
    /// <param name="element">The element.</param>
    /// <param name="length">Its bytes.</param>
    public abstract bool TryScan(ReadOnlySpan<byte> data, out T element, out int length);

    /// <summary>Reads an element of any shape that means the same; false when its end has not come in yet.</summary>
    /// <exception cref="KvBodyException">It is none.</exception>
    /// <exception cref="JsonException">It is not even JSON.</exception>
    public abstract bool TryRead(ref Utf8JsonReader reader, out T element);
}
