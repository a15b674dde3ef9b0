using System.Buffers;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Kv.Documents;

/// <summary>Reads the JSON of <c>consul kv export</c>, a piece at a time.</summary>
/// <param name="name">What a person would call the document.</param>
/// <param name="open">Opens it.</param>
internal sealed class ConsulJsonReader(string name, Func<Stream> open) : KvDocumentReader(name)
{
    private const int BufferSize = 64 * 1024;
    private const int LargestItem = 64 * 1024 * 1024;

    /// <inheritdoc/>
    public override IEnumerable<IReadOnlyList<KvDocumentItem>> Read(CancellationToken cancellation)
    {
        using var stream = open();
        var element = new ConsulJsonElement();
        var parser = new KvListParser<KvDocumentItem>(element);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var filled = 0;
            var line = 1;
            var nextTry = 0;
            var isFirst = true;
            for (var ended = false; !ended;)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Fill(stream, buffer, filled);
                filled += count;
                ended = count == 0;
                if (filled < nextTry && !ended) continue;
                var start = 0;
                if (isFirst)
                {
                    if (filled < 4 && !ended) continue;
                    isFirst = false;
                    start = ByteOrderMark(buffer, filled);
                }
                element.Begin(buffer, start, filled, line);
                var consumed = start + parser.Parse(new ReadOnlySpan<byte>(buffer, start, filled - start), ended);
                if (parser.Ready.Count > 0) yield return [.. parser.Ready];
                line = element.LineAt(consumed);
                if (parser.Problem is { } problem)
                    throw DocumentFault.Malformed(Name, $"line {element.ProblemLine ?? line}, item {parser.Count + 1}", problem.Message + "; an item is { \"key\": \"app/x\", \"flags\": 0, \"value\": \"<base64>\" }", problem);
                Buffer.BlockCopy(buffer, consumed, buffer, 0, filled - consumed);
                filled -= consumed;
                if (filled == buffer.Length) buffer = Grown(buffer, line, parser.Count);
                nextTry = filled < BufferSize / 2 ? 0 : Math.Min(filled + filled / 4, buffer.Length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int Fill(Stream stream, byte[] buffer, int filled)
    {
        try
        {
            return stream.Read(buffer, filled, buffer.Length - filled);
        }
        catch (Exception error) when (DocumentFault.IsOfFiles(error))
        {
            throw DocumentFault.Unreadable(Name, error);
        }
    }

    /// <summary>Windows PowerShell's Out-File begins a file with one; UTF-16 is its default.</summary>
    private int ByteOrderMark(byte[] buffer, int filled)
    {
        if (filled >= 2 && (buffer[0], buffer[1]) is (0xff, 0xfe) or (0xfe, 0xff))
            throw DocumentFault.Malformed(Name, "line 1", "it is UTF-16; write it as UTF-8, such as with Out-File -Encoding utf8");
        return filled >= 3 && buffer[0] == 0xef && buffer[1] == 0xbb && buffer[2] == 0xbf ? 3 : 0;
    }

    private byte[] Grown(byte[] buffer, int line, long count)
    {
        if (buffer.Length >= LargestItem) throw DocumentFault.Malformed(Name, $"line {line}, item {count + 1}", $"it is larger than {LargestItem:N0} bytes, which no agent takes");
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        Buffer.BlockCopy(buffer, 0, larger, 0, buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
