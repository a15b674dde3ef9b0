using System.Buffers;
using System.Text;

namespace ConsulKvTools.Logs.Reading;

/// <summary>Reads lines from a stream of any size, a block at a time.</summary>
internal static class TextLines
{
    private const int Block = 64 * 1024;

    // What is longer is no line of a log; the rest of it is left out.
    private const int LongestLine = 1024 * 1024;

    /// <summary>Reads to the end; UTF-8 unless a byte order mark says otherwise.</summary>
    /// <exception cref="OperationCanceledException">The reading was stopped.</exception>
    public static void Read(Stream stream, TakeLine take, CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, Block, leaveOpen: true);
        var buffer = ArrayPool<char>.Shared.Rent(Block);
        var filled = 0;
        var skips = false;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (filled == buffer.Length) buffer = Grow(buffer);
                var count = reader.Read(buffer, filled, buffer.Length - filled);
                if (count == 0) break;
                var from = 0;
                var searched = filled;
                filled += count;
                while (buffer.AsSpan(searched, filled - searched).IndexOf('\n') is >= 0 and var end)
                {
                    if (!skips) take(buffer.AsSpan(from, searched + end - from));
                    skips = false;
                    from = searched = searched + end + 1;
                }
                if (skips) from = filled;
                filled -= from;
                buffer.AsSpan(from, filled).CopyTo(buffer);
                if (filled < LongestLine) continue;
                take(buffer.AsSpan(0, filled));
                (filled, skips) = (0, true);
            }
            if (filled > 0) take(buffer.AsSpan(0, filled));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static char[] Grow(char[] buffer)
    {
        var larger = ArrayPool<char>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan().CopyTo(larger);
        ArrayPool<char>.Shared.Return(buffer);
        return larger;
    }
}
