using System.Collections;
using System.Management.Automation.Provider;
using System.Text;

namespace ConsulKvTools.Commands;

/// <summary>Gives a value piece by piece: lines, bytes, or the whole.</summary>
internal sealed class KvContentReader(byte[] value, bool raw, bool bytes) : IContentReader
{
    private readonly IList pieces = (raw, bytes) switch
    {
        (true, true) => new object[] { value },
        (true, false) => new object[] { Encoding.UTF8.GetString(value) },
        (false, true) => value,
        _ => LinesOf(Encoding.UTF8.GetString(value)),
    };

    private int position;

    /// <summary>The next pieces; none at the end.</summary>
    /// <param name="readCount">How many at most; 0 or less for all.</param>
    public IList Read(long readCount)
    {
        var count = readCount <= 0 ? pieces.Count - position : (int)Math.Min(readCount, pieces.Count - position);
        var read = new object[count];
        for (var index = 0; index < count; index++) read[index] = pieces[position + index]!;
        position += count;
        return read;
    }

    public void Seek(long offset, SeekOrigin origin) => position = (int)Math.Max(0, Math.Min(pieces.Count, origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => pieces.Count + offset,
    }));

    public void Close()
    {
    }

    public void Dispose()
    {
    }

    private static string[] LinesOf(string text)
    {
        var lines = new List<string>();
        using var reader = new StringReader(text);
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines.ToArray();
    }
}
