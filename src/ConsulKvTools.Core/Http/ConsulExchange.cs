using System.Diagnostics;
using System.Net.Http;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>A request whose answer has begun: status and headers are there, the body is being read.</summary>
internal sealed partial class ConsulExchange : IDisposable
{
    /// <summary>Bytes that a streamed body must bring within the time-out.</summary>
    internal const int LeastProgress = 1024;

    private const int LargestTrust = 1024 * 1024;

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
    private readonly ICallObserver? observer;
    private readonly Activity? span;
    private byte[]? whole;
    private string? code;
    private long received;
    private bool told;

    public ConsulExchange(
        ConsulEndpoint endpoint, AnswerMask mask, ConsulRequest request, HttpRequestMessage message, HttpResponseMessage response, DialTimings? dial, Stopwatch clock,
        TimeSpan timeout, CancellationTokenSource deadline, CancellationToken cancellation, ICallObserver? observer = null, Activity? span = null)
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
        this.observer = observer;
        this.span = span;
        firstByte = clock.Elapsed;
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        ReadHeaders(all);
        Headers = all;
    }

    /// <summary>For the answer that is made of this.</summary>
    public AnswerMask Mask { get; }

    public int Status => (int)response.StatusCode;

    public Version HttpVersion => response.Version;

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Bytes of the body that were read so far.</summary>
    public long Received => received;

    public RequestTimings Timings() => new(dial, firstByte, clock.Elapsed);

    /// <summary>The whole body; may be asked for again.</summary>
    /// <exception cref="ConsulTransportException">It is longer than <paramref name="limit"/>, ended early, or stalled.</exception>
    public async Task<byte[]> ReadBodyAsync(long limit)
    {
        RefuseCompressed();
        var announced = response.Content.Headers.ContentLength;
        if (announced > limit) throw TooLarge(limit);
        return whole ??= await GuardAsync(async () =>
        {
            using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
            // A length is only a promise: what does not come is not paid for.
            var received = new byte[announced is { } promised ? (int)Math.Min(promised, LargestTrust) : 4096];
            var count = 0;
            while (true)
            {
                if (count == received.Length)
                {
                    if (count == announced) return received;
                    Array.Resize(ref received, (int)Math.Min(received.Length == 0 ? 4096 : received.Length * 2L, Math.Max(announced ?? 0, limit + 1)));
                }
                var read = await stream.ReadAsync(received, count, received.Length - count, deadline.Token).ConfigureAwait(false);
                count += read;
                this.received = count;
                if (count > limit) throw TooLarge(limit);
                if (read > 0) continue;
                Array.Resize(ref received, count);
                return received;
            }
        }).ConfigureAwait(false);
    }

    /// <summary>True when only the connection's end says where the body ends, so that a body cut short looks like a whole one.</summary>
    public bool EndsWithConnection => response.Content.Headers.ContentLength is null && response.Headers.TransferEncodingChunked != true;

    /// <summary>
    /// The body as it comes in, bounded in slowness, not in length: within the time-out either its end or <see cref="LeastProgress"/> bytes
    /// must come. Time in which nobody reads does not count.
    /// </summary>
    /// <exception cref="ConsulTransportException">It is compressed, ended early, or stalled; thrown by the reads too.</exception>
    public async Task<Func<byte[], int, int, Task<int>>> OpenBodyAsync()
    {
        RefuseCompressed();
        var stream = await GuardAsync(() => response.Content.ReadAsStreamAsync()).ConfigureAwait(false);
        deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        var waited = TimeSpan.Zero;
        var since = 0;
        return async (buffer, offset, count) =>
        {
            if (since >= LeastProgress) (waited, since) = (TimeSpan.Zero, 0);
            var began = clock.Elapsed;
            var read = await GuardAsync(async () =>
            {
                var reading = stream.ReadAsync(buffer, offset, count, deadline.Token);
                if (reading.IsCompleted) return await reading.ConfigureAwait(false);
                deadline.CancelAfter(waited < timeout ? timeout - waited : TimeSpan.Zero);
                var brought = await reading.ConfigureAwait(false);
                deadline.CancelAfter(Timeout.InfiniteTimeSpan);
                return brought;
            }, since).ConfigureAwait(false);
            waited += clock.Elapsed - began;
            since += read;
            received += read;
            return read;
        };
    }

    /// <summary>A request and its answer as they may be told.</summary>
    public static WireExchange Told(HttpRequestMessage message, ConsulRequest request, int? status, string? code, long received, RequestTimings timings) =>
        new(request.Method, message.RequestUri!.PathAndQuery, status, code, request.Body?.Length ?? 0, received, timings, HeadersOf(message));

    public void Dispose()
    {
        if (!told && observer is not null)
        {
            told = true;
            observer.Exchanged(Told(message, request, Status, code, received, Timings()));
        }
        Telemetry.Spans.EndRequest(span, Status, code);
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

    /// <summary>Names and values; of what may be a secret the name only.</summary>
    private static string HeadersOf(HttpRequestMessage message) => string.Join(", ",
        message.Headers.Concat(message.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .Select(header => $"{header.Key}: {(header.Key is "User-Agent" or "X-Request-Id" or "traceparent" or "Content-Type" or "Content-Length" or "Expect" ? string.Join(" ", header.Value) : "<hidden>")}"));

    /// <summary>It was never asked for, and what unpacks to a thousand times its size is not worth unpacking.</summary>
    private void RefuseCompressed()
    {
        if (Headers.TryGetValue("Content-Encoding", out var encoding) && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new ConsulTransportException("Http.BodyCompressed", DialPhase.Receive, DialEvidence.Of(endpoint, null, ("encoding", Printable.Text(Mask.Of(encoding), 60))));
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> read, int? since = null)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (ConsulTransportException known)
        {
            code = known.Code;
            throw;
        }
        catch (Exception error)
        {
            code = "given up";
            if (cancellation.IsCancellationRequested) throw new OperationCanceledException(cancellation);
            var failure = since is { } bytes && deadline.IsCancellationRequested
                ? new ConsulTransportException("Http.ResponseStalled", DialPhase.Receive, DialEvidence.Of(endpoint, null, ("seconds", Math.Round(timeout.TotalSeconds, 1)), ("size", bytes)), error)
                : Failure(endpoint, error, DialPhase.Receive, deadline.IsCancellationRequested, timeout, request, answerBegun: true);
            code = failure.Code;
            throw failure;
        }
    }

    private static ConsulTransportException TooLarge(long limit) => new("Http.BodyTooLarge", DialPhase.Receive, [("limit", limit)]);
}
