using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace ConsulKvTools.Benchmarks.Peers;

/// <summary>
/// What a careful programmer writes with nothing but HttpClient: no results a key, no retries, no questions asked. The yardstick.
/// </summary>
internal sealed class PlainHttp : IDisposable
{
    private const int OperationsPerTransaction = 64;

    private readonly HttpClient client;

    public PlainHttp(Uri address)
    {
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    /// <summary>Writes with single PUTs, so many at once.</summary>
    public async Task<TimeSpan> PutAllAsync(IReadOnlyList<KeyValuePair<string, byte[]>> pairs, int atOnce, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation },
            async (pair, token) => await PutAsync(pair.Key, pair.Value, token).ConfigureAwait(false)).ConfigureAwait(false);
        return clock.Elapsed;
    }

    /// <summary>Writes with transactions of 64, so many at once.</summary>
    public async Task<TimeSpan> TransactAllAsync(IReadOnlyList<KeyValuePair<string, byte[]>> pairs, int atOnce, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            var body = new ArrayBufferWriter<byte>(32 * 1024);
            while (true)
            {
                var start = Interlocked.Add(ref next, OperationsPerTransaction) - OperationsPerTransaction;
                if (start >= pairs.Count) return;
                Write(body, pairs, start, Math.Min(OperationsPerTransaction, pairs.Count - start));
                using var content = new ReadOnlyMemoryContent(body.WrittenMemory);
                using var response = await client.PutAsync(new Uri("/v1/txn", UriKind.Relative), content, cancellation).ConfigureAwait(false);
                if (response.StatusCode != HttpStatusCode.OK)
                    throw new InvalidOperationException($"Transaction: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)}");
                await response.Content.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
            }
        }, cancellation))).ConfigureAwait(false);
        return clock.Elapsed;
    }

    public async Task PutAsync(string key, byte[] value, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(value);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await client.PutAsync(new Uri("/v1/kv/" + key, UriKind.Relative), content, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK || await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false) is not ['t', 'r', 'u', 'e', ..])
            throw new InvalidOperationException($"PUT {key}: {(int)response.StatusCode}");
    }

    /// <summary>Reads the answer for one key as bytes, nothing decoded.</summary>
    public async Task<byte[]> GetAsync(string key, CancellationToken cancellation)
    {
        using var response = await client.GetAsync(new Uri("/v1/kv/" + key, UriKind.Relative), cancellation).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK
            ? await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false)
            : throw new InvalidOperationException($"GET {key}: {(int)response.StatusCode}");
    }

    /// <summary>Reads everything below a prefix with a streaming JSON reader and decodes each value.</summary>
    /// <returns>How many keys there were, and how long it took.</returns>
    public async Task<(int Count, TimeSpan Elapsed)> ReadAllAsync(string prefix, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var response = await client.GetAsync(new Uri($"/v1/kv/{prefix}?recurse", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[128 * 1024];
        var (filled, count, state) = (0, 0, default(JsonReaderState));
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
            filled += read;
            var consumed = Decode(buffer.AsSpan(0, filled), read == 0, ref state, ref count);
            if (read == 0) return (count, clock.Elapsed);
            buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
            filled -= consumed;
        }
    }

    /// <summary>How many keys are below a prefix.</summary>
    public async Task<int> CountAsync(string prefix, CancellationToken cancellation)
    {
        var answer = await client.GetByteArrayAsync(new Uri($"/v1/kv/{prefix}?keys", UriKind.Relative), cancellation).ConfigureAwait(false);
        var reader = new Utf8JsonReader(answer);
        var count = 0;
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.String) count++;
        return count;
    }

    public void Dispose() => client.Dispose();

    private static int Decode(ReadOnlySpan<byte> bytes, bool last, ref JsonReaderState state, ref int count)
    {
        var reader = new Utf8JsonReader(bytes, last, state);
        var isValue = false;
        while (true)
        {
            var before = reader;
            if (!reader.Read()) break;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isValue = reader.ValueTextEquals("Value"u8);
                // The value itself may not be here yet: then both are read again with the next piece.
                var ahead = reader;
                if (isValue && !ahead.Read())
                {
                    reader = before;
                    break;
                }
            }
            else
            {
                if (isValue && reader.TokenType == JsonTokenType.String) _ = reader.GetBytesFromBase64();
                if (reader.TokenType == JsonTokenType.EndObject) count++;
                isValue = false;
            }
        }
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    private static void Write(ArrayBufferWriter<byte> body, IReadOnlyList<KeyValuePair<string, byte[]>> pairs, int start, int count)
    {
        body.ResetWrittenCount();
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartArray();
        for (var at = start; at < start + count; at++)
        {
            json.WriteStartObject();
            json.WriteStartObject("KV"u8);
            json.WriteString("Verb"u8, "set"u8);
            json.WriteString("Key"u8, pairs[at].Key);
            json.WriteBase64String("Value"u8, pairs[at].Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
