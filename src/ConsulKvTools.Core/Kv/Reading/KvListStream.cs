using System.Buffers;
using System.Runtime.CompilerServices;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Reading;

/// <summary>
/// Gives the elements of a JSON list while it is still coming in, in pieces as they come: a step for each element would cost more than
/// reading it. A list that ends early or goes wrong is an error after the elements before that, never a shorter list.
/// </summary>
internal static class KvListStream
{
    private const int BufferSize = 128 * 1024;
    private const int LargestElement = 64 * 1024 * 1024;

    public static async IAsyncEnumerable<T[]> ReadAsync<T>(ConsulExchange exchange, KvElementReader<T> element, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var body = await exchange.OpenBodyAsync().ConfigureAwait(false);
        var parser = new KvListParser<T>(element);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var filled = 0;
            var nextTry = 0;
            var ended = false;
            ConsulTransportException? broken = null;
            while (!ended && broken is null)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    var count = await body(buffer, filled, buffer.Length - filled).ConfigureAwait(false);
                    filled += count;
                    ended = count == 0;
                }
                catch (ConsulTransportException failure)
                {
                    // What has come in whole is given before that is said.
                    broken = failure;
                }
                if (filled < nextTry && !ended && broken is null) continue;
                var consumed = parser.Parse(new ReadOnlySpan<byte>(buffer, 0, filled), ended);
                if (parser.Ready.Count > 0) yield return parser.Ready.ToArray();
                if (parser.Problem is { } problem)
                    throw ended && !parser.IsClosed && exchange.EndsWithConnection ? Truncated(parser.Count) : With(KvJson.Malformed(problem, exchange.Mask), parser.Count);
                Buffer.BlockCopy(buffer, consumed, buffer, 0, filled - consumed);
                filled -= consumed;
                // An element that does not fit is looked at again only when there is a good deal more of it: else one byte at a time would cost its square.
                if (filled == buffer.Length) buffer = Grown(buffer);
                nextTry = filled < BufferSize / 2 ? 0 : Math.Min(filled + filled / 4, buffer.Length);
            }
            if (broken is not null) throw With(broken, parser.Count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grown(byte[] buffer)
    {
        if (buffer.Length >= LargestElement) throw new ConsulTransportException("Http.BodyTooLarge", DialPhase.Receive, [("limit", LargestElement)]);
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        Buffer.BlockCopy(buffer, 0, larger, 0, buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>Without a length, an end of the connection is the only end there is, and it came too soon.</summary>
    private static ConsulTransportException Truncated(long count) => new("Http.ResponseTruncated", DialPhase.Receive, [("count", count)]);

    private static ConsulTransportException With(ConsulTransportException broken, long count) =>
        new(broken.Code, broken.Phase, [.. broken.Evidence, ("count", count)], broken.InnerException);
}
