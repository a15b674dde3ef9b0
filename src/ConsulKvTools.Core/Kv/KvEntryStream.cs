using System.Runtime.CompilerServices;
using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv;

/// <summary>Gives the elements of a JSON list while it is still coming in. A list that ends early is an error, never a shorter list.</summary>
internal static class KvEntryStream
{
    private const int LargestElement = 64 * 1024 * 1024;

    /// <summary>Reads one element; the reader stands on its first token and must end on its last.</summary>
    internal delegate T ReadElement<T>(ref Utf8JsonReader reader);

    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<byte[], int, int, Task<int>> body, ReadElement<T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        var state = default(JsonReaderState);
        var ready = new List<T>();
        var ended = false;
        var closed = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var consumed = Parse(buffer, filled, ended, ref state, read, ready, ref closed);
            foreach (var element in ready) yield return element;
            ready.Clear();
            if (closed) yield break;
            if (ended) throw KvJson.Malformed(new JsonException("The list ended early."));
            Buffer.BlockCopy(buffer, consumed, buffer, 0, filled - consumed);
            filled -= consumed;
            if (filled == buffer.Length)
            {
                if (buffer.Length >= LargestElement) throw new ConsulTransportException("Http.BodyTooLarge", DialPhase.Receive, [("limit", LargestElement)]);
                Array.Resize(ref buffer, buffer.Length * 2);
            }
            var count = await body(buffer, filled, buffer.Length - filled).ConfigureAwait(false);
            filled += count;
            ended = count == 0;
        }
    }

    private static int Parse<T>(byte[] buffer, int filled, bool ended, ref JsonReaderState state, ReadElement<T> read, List<T> ready, ref bool closed)
    {
        try
        {
            var reader = new Utf8JsonReader(new ReadOnlySpan<byte>(buffer, 0, filled), ended, state);
            var consumed = 0;
            while (true)
            {
                var before = reader;
                if (!reader.Read()) break;
                if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0)
                {
                    closed = true;
                    consumed = (int)reader.BytesConsumed;
                    break;
                }
                if (reader.TokenType == JsonTokenType.StartArray && reader.CurrentDepth == 0)
                {
                    state = reader.CurrentState;
                    consumed = (int)reader.BytesConsumed;
                    continue;
                }
                if (reader.CurrentDepth == 0) throw new JsonException("A list was expected.");
                var whole = reader;
                if (!whole.TrySkip())
                {
                    reader = before;
                    break;
                }
                ready.Add(read(ref reader));
                state = reader.CurrentState;
                consumed = (int)reader.BytesConsumed;
            }
            return consumed;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw KvJson.Malformed(error);
        }
    }
}
