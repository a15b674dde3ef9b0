using System.Security.Cryptography;
using System.Text;
using ConsulKvTools.Files;
using ConsulKvTools.Kv.Sources;

namespace ConsulKvTools.Kv.Documents;

/// <summary>
/// Entries set aside until all of them are there: names in memory, values beyond a few megabytes in a file that only this user can read and
/// that goes with this object. Gives them in Consul's order.
/// </summary>
/// <param name="name">What a person would call where they come from.</param>
internal sealed class KvSpool(string name) : IDisposable
{
    private const int InMemory = 4 * 1024 * 1024;
    private const int PieceEntries = 256;
    private const int PieceBytes = 1024 * 1024;

    private readonly List<Row> rows = [];
    private Stream values = new MemoryStream();
    private bool isSorted = true;

    /// <summary>How many entries there are.</summary>
    public int Count => rows.Count;

    /// <summary>Bytes of their values.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first key; null when there is none.</summary>
    public string? First => rows.Count == 0 ? null : rows[0].Key;

    /// <summary>The last key; null when there is none.</summary>
    public string? Last => rows.Count == 0 ? null : rows[rows.Count - 1].Key;

    /// <summary>The keys, in order once it is complete.</summary>
    public IEnumerable<string> Keys => rows.Select(row => row.Key);

    /// <summary>The flags, in the order of the keys.</summary>
    public IEnumerable<ulong> Flags => rows.Select(row => row.Flags);

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="item">Its place in the document, from 1.</param>
    /// <param name="line">Its line; 0 where there are none.</param>
    public void Add(ConsulKvEntry entry, int item, int line)
    {
        if (isSorted && rows.Count > 0 && KvOrder.Bytes.Compare(Last, entry.Key) >= 0) isSorted = false;
        try
        {
            if (values is MemoryStream memory && memory.Length + entry.Bytes.Length > InMemory) values = ToFile(memory);
            rows.Add(new Row(entry.Key, entry.Flags, values.Position, entry.Bytes.Length, item, line));
            values.Write(entry.Bytes, 0, entry.Bytes.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DocumentFault.NotSetAside(error);
        }
        Bytes += entry.Bytes.Length;
    }

    /// <summary>Puts them in order.</summary>
    /// <exception cref="ConsulDocumentException">A key is there twice, or the temporary folder is full.</exception>
    public void Complete()
    {
        try
        {
            // What a buffer holds back is found not to fit here, and not in the middle of a reading.
            values.Flush();
        }
        catch (IOException error)
        {
            throw DocumentFault.NotSetAside(error);
        }
        if (isSorted) return;
        rows.Sort((a, b) => KvOrder.Bytes.Compare(a.Key, b.Key) is not 0 and var order ? order : a.Item.CompareTo(b.Item));
        for (var index = 1; index < rows.Count; index++)
            if (rows[index - 1].Key == rows[index].Key)
                throw DocumentFault.Duplicate(name, rows[index].Key, $"{Place(rows[index - 1])} and {Place(rows[index])}");
    }

    /// <summary>What tells these entries from any others, whatever document they came in: keys, flags and values.</summary>
    public string Fingerprint(CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Read(cancellation))
            foreach (var entry in piece)
            {
                var key = Encoding.UTF8.GetBytes(entry.Key);
                hash.AppendData(BitConverter.GetBytes(key.Length));
                hash.AppendData(key);
                hash.AppendData(BitConverter.GetBytes(entry.Flags));
                hash.AppendData(BitConverter.GetBytes(entry.Bytes.Length));
                hash.AppendData(entry.Bytes);
            }
        return Hexadecimal.Of(hash.GetHashAndReset());
    }

    /// <summary>The entries, in order, in pieces. One reading at a time.</summary>
    public IEnumerable<ConsulKvEntry[]> Read(CancellationToken cancellation)
    {
        var piece = new List<ConsulKvEntry>(Math.Min(PieceEntries, rows.Count));
        var size = 0;
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = row.Length == 0 ? [] : new byte[row.Length];
            if (values.Position != row.Offset) values.Position = row.Offset;
            for (var filled = 0; filled < bytes.Length;)
                filled += values.Read(bytes, filled, bytes.Length - filled) is > 0 and var count ? count : throw new EndOfStreamException("The values set aside are not there any more.");
            piece.Add(new ConsulKvEntry { Key = row.Key, Bytes = bytes, Flags = row.Flags });
            size += bytes.Length;
            if (piece.Count < PieceEntries && size < PieceBytes) continue;
            yield return piece.ToArray();
            piece.Clear();
            size = 0;
        }
        if (piece.Count > 0) yield return piece.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => Discard(values);

    private static string Place(in Row row) => row.Line > 0 ? $"line {row.Line}" : $"item {row.Item}";

    private static FileStream ToFile(MemoryStream memory)
    {
        var file = PrivateFile.Temporary();
        try
        {
            memory.WriteTo(file);
        }
        catch
        {
            Discard(file);
            throw;
        }
        memory.Dispose();
        return file;
    }

    private static void Discard(Stream stream)
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // The disk was full, which was told when it was written to; the file goes all the same.
        }
    }

    private readonly record struct Row(string Key, ulong Flags, long Offset, int Length, int Item, int Line);
}
