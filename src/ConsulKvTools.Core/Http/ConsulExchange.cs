using System.Diagnostics;
using System.Net.Http;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>A request whose answer has begun: status and headers are there, the body is being read.</summary>
internal sealed class ConsulExchange : IDisposable
{
    private readonly ConsulEndpoint endpoint;
    private readonly ConsulRequest request;
    private readonly HttpRequestMessage message;
    private readonly HttpResponseMessage response;
    private readonly Stopwatch clock;
    private readonly TimeSpan firstByte;
    private readonly TimeSpan timeout;
    private readonly CancellationTokenSource deadline;
    private readonly CancellationToken cancellation;
    private readonly DialTimings? dial;
    private byte[]? whole;

    public ConsulExchange(
        ConsulEndpoint endpoint, AnswerMask mask, ConsulRequest request, HttpRequestMessage message, HttpResponseMessage response, DialTimings? dial, Stopwatch clock,
        TimeSpan timeout, CancellationTokenSource deadline, CancellationToken cancellation)
    {
        this.endpoint = endpoint;
        Mask = mask;
        this.request = request;
        this.message = message;
        this.response = response;
        this.dial = dial;
        this.clock = clock;
        this.timeout = timeout;
        this.deadline = deadline;
        this.cancellation = cancellation;
        firstByte = clock.Elapsed;
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in response.Headers) all[header.Key] = string.Join(", ", header.Value);
        foreach (var header in response.Content.Headers) all[header.Key] = string.Join(", ", header.Value);
        Headers = all;
    }

    /// <summary>For the answer that is made of this.</summary>
    public AnswerMask Mask { get; }

    public int Status => (int)response.StatusCode;

    public Version HttpVersion => response.Version;

    public IReadOnlyDictionary<string, string> Headers { get; }

    public RequestTimings Timings() => new(dial, firstByte, clock.Elapsed);

    /// <summary>The whole body; may be asked for again.</summary>
    /// <exception cref="ConsulTransportException">It is longer than <paramref name="limit"/>, ended early, or stalled.</exception>
    public async Task<byte[]> ReadBodyAsync(long limit)
    {
        if (response.Content.Headers.ContentLength > limit) throw TooLarge(limit);
        return whole ??= await GuardAsync(async () =>
        {
            using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
            using var received = new MemoryStream((int)(response.Content.Headers.ContentLength ?? 0));
            var chunk = new byte[16 * 1024];
            while (true)
            {
                var count = await stream.ReadAsync(chunk, 0, chunk.Length, deadline.Token).ConfigureAwait(false);
                if (count == 0) return received.ToArray();
                if (received.Length + count > limit) throw TooLarge(limit);
                received.Write(chunk, 0, count);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>The body as it comes in. Reads are bounded in silence, not in length: each must bring something within the time-out.</summary>
    public async Task<Func<byte[], int, int, Task<int>>> OpenBodyAsync()
    {
        var stream = await GuardAsync(() => response.Content.ReadAsStreamAsync()).ConfigureAwait(false);
        return (buffer, offset, count) =>
        {
            deadline.CancelAfter(timeout);
            return GuardAsync(() => stream.ReadAsync(buffer, offset, count, deadline.Token));
        };
    }

    public void Dispose()
    {
        response.Dispose();
        message.Dispose();
        deadline.Dispose();
    }

    /// <summary>The typed failure for whatever the handler threw.</summary>
    public static ConsulTransportException Failure(ConsulEndpoint endpoint, Exception error, DialPhase phase, bool timedOut, TimeSpan timeout, ConsulRequest request, bool answerBegun = false)
    {
        if (TransportFailures.Find<ConsulTransportException>(error) is { } typed) return typed;
        if (timedOut)
            return new ConsulTransportException(
                phase == DialPhase.Connect ? "Http.ConnectionWait" : "Http.ResponseTimeout", phase,
                DialEvidence.Of(endpoint, null, ("seconds", Math.Round(timeout.TotalSeconds, 1)), ("operation", request.Method), ("phase", phase)), error);
        return TransportFailures.Classify(error, phase, answerBegun, DialEvidence.Of(endpoint, null));
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not ConsulTransportException)
        {
            if (cancellation.IsCancellationRequested) throw new OperationCanceledException(cancellation);
            throw Failure(endpoint, error, DialPhase.Receive, deadline.IsCancellationRequested, timeout, request, answerBegun: true);
        }
    }

    private static ConsulTransportException TooLarge(long limit) => new("Http.BodyTooLarge", DialPhase.Receive, [("limit", limit)]);
}
