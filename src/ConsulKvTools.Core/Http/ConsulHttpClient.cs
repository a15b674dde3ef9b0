using System.Diagnostics;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using ConsulKvTools.Drills;
using ConsulKvTools.Sessions;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Http;

/// <summary>
/// One request in, one response out. Never follows a redirect, never puts a token into a URL, never tries again, and sends paths
/// as they are given. Every failure is a <see cref="ConsulTransportException"/> with a code of the catalogue.
/// </summary>
internal sealed partial class ConsulHttpClient : IDisposable
{
    private const int LargeBody = 256 * 1024;

    private readonly HttpMessageInvoker invoker;
    private readonly ConsulEndpoint endpoint;
    private readonly AnswerMask mask;
    private readonly string origin;
    private readonly string scope;
    private readonly string? token;
    private readonly string? authorization;
    private readonly HighestIndex highest;
    private readonly ICallObserver? observer;
    private readonly RequestFaults? faults;

    public ConsulHttpClient(SessionConfiguration configuration, int maxConnections, HttpMessageHandler? handler = null)
    {
        invoker = new HttpMessageInvoker(handler ?? CreateHandler(configuration.Target, maxConnections));
        endpoint = configuration.Target.Endpoint;
        mask = new AnswerMask(() => configuration.Secrets);
        highest = new HighestIndex();
        origin = CreateOrigin(endpoint);
        scope = Scope(configuration);
        token = configuration.Token?.Reveal();
        authorization = configuration.BasicAuthentication is { } basic
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(basic.Reveal())) : null;
    }

    private ConsulHttpClient(ConsulHttpClient original, ICallObserver? observer, RequestFaults? faults)
    {
        (invoker, endpoint, mask, origin, scope) = (original.invoker, original.endpoint, original.mask, original.origin, original.scope);
        (token, authorization, highest) = (original.token, original.authorization, original.highest);
        (this.observer, this.faults) = (observer, faults);
    }

    private ConsulHttpClient(ConsulHttpClient original, string scope) : this(original, original.observer, original.faults) => this.scope = scope;

    /// <summary>The greatest <c>X-Consul-Index</c> of an answer about keys of the session's own datacenter: it never falls but when data are put back.</summary>
    public ulong HighestKeyIndex => highest.Value;

    /// <summary>The same client, with the same connections, whose requests somebody hears of. Not to be disposed.</summary>
    public ConsulHttpClient ObservedBy(ICallObserver observer) => new(this, observer, faults);

    /// <summary>The same client, with the same connections, whose requests meet faults. Not to be disposed.</summary>
    public ConsulHttpClient DrilledBy(RequestFaults faults) => new(this, observer, faults);

    /// <summary>The same client, with the same connections, for another datacenter. Not to be disposed.</summary>
    public ConsulHttpClient InDatacenter(SessionConfiguration configuration, string datacenter) => new(this, Scope(configuration, datacenter));

    /// <summary>Sends <paramref name="request"/> and reads the whole answer.</summary>
    /// <exception cref="ConsulTransportException">No whole answer came within <paramref name="timeout"/>, or none at all.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public async Task<ConsulResponse> SendAsync(ConsulRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        var exchange = await BeginAsync(request, timeout, cancellation).ConfigureAwait(false);
        using (exchange)
        {
            var body = await exchange.ReadBodyAsync(request.MaxBody).ConfigureAwait(false);
            return new ConsulResponse(exchange.Status, exchange.HttpVersion, exchange.Headers, body, exchange.Timings(), mask);
        }
    }

    /// <summary>Sends <paramref name="request"/> and returns once the headers are there; the body is left to be streamed.</summary>
    /// <exception cref="ConsulTransportException">No headers came within <paramref name="timeout"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> fired.</exception>
    public async Task<ConsulExchange> BeginAsync(ConsulRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        var deadline = Deadline.In(timeout, cancellation);
        var clock = Stopwatch.StartNew();
        var span = Spans.StartRequest(request, endpoint);
        var message = CreateMessage(request, span);
        HttpResponseMessage? response = null;
        try
        {
            response = await (faults is null ? invoker.SendAsync(message, deadline.Token) : faults.SendAsync(request, token => invoker.SendAsync(message, token), deadline.Token)).ConfigureAwait(false);
            var exchange = new ConsulExchange(endpoint, mask, request, message, response, DialTimingsOf(message), clock, timeout, deadline, cancellation, observer, span);
            Remember(exchange.Headers, request);
            return exchange;
        }
        catch (Exception error)
        {
            var phase = PhaseOf(message, response is not null);
            var timedOut = deadline.IsCancellationRequested && !cancellation.IsCancellationRequested;
            var stopped = cancellation.IsCancellationRequested && error is OperationCanceledException;
            var failure = stopped ? null : ConsulExchange.Failure(endpoint, error, phase, timedOut, timeout, request);
            Spans.EndRequest(span, null, failure?.Code ?? "given up");
            observer?.Exchanged(ConsulExchange.Told(message, request, null, failure?.Code ?? "given up", 0, new RequestTimings(DialTimingsOf(message), clock.Elapsed, clock.Elapsed)));
            message.Dispose();
            response?.Dispose();
            deadline.Dispose();
            if (failure is not null) throw failure;
            if (phase == DialPhase.Connect) throw new NotSentException(error, cancellation);
            throw;
        }
    }

    public void Dispose() => invoker.Dispose();

    private void Remember(IReadOnlyDictionary<string, string> headers, ConsulRequest request)
    {
        if (!headers.TryGetValue("X-Consul-Index", out var text) || !long.TryParse(text, out var index)) return;
        if (request.SendScope && request.Path.StartsWith("/v1/kv/", StringComparison.Ordinal)) highest.Raise(index);
    }

    private HttpRequestMessage CreateMessage(ConsulRequest request, Activity? span)
    {
        var query = request.SendScope ? Join(request.Query, scope) : request.Query;
        var message = new HttpRequestMessage(new HttpMethod(request.Method), CreateUri(origin + request.Path + (query.Length > 0 ? "?" + query : "")));
        if (request.SendToken && token is not null) message.Headers.TryAddWithoutValidation("X-Consul-Token", token);
        if (authorization is not null) message.Headers.TryAddWithoutValidation("Authorization", authorization);
        message.Headers.TryAddWithoutValidation("User-Agent", "ConsulKvTools");
        if (request.Id is { } id) message.Headers.TryAddWithoutValidation("X-Request-Id", id.ToString("D"));
        if (Spans.TraceParent(span) is { } trace)
        {
            message.Headers.TryAddWithoutValidation("traceparent", trace);
            if ((span ?? Activity.Current)?.TraceStateString is { Length: > 0 } state) message.Headers.TryAddWithoutValidation("tracestate", state);
        }
        // A body, even an empty one, keeps the handler from sending a write twice when a pooled connection dies under it.
        if (request.Body is { } body) message.Content = new TrackedContent(body);
        // Consul refuses a body over its limit by the length alone and closes: waiting for its go-ahead keeps that answer readable.
        if (request.Body is { Length: > LargeBody }) message.Headers.ExpectContinue = true;
        if (request.Body is null && request.IsWrite) message.Content = new TrackedContent(ReadOnlyMemory<byte>.Empty);
        return message;
    }

    private static DialPhase PhaseOf(HttpRequestMessage message, bool hasResponse)
    {
        if (hasResponse) return DialPhase.Receive;
        // Headers leave together with the content's first byte: before that nothing of a write has left.
        if (message.Content is TrackedContent { Started: false }) return DialPhase.Connect;
        return message.Content is TrackedContent { Finished: false } ? DialPhase.Send : DialPhase.Receive;
    }

    private static string Scope(SessionConfiguration configuration, string? otherDatacenter = null)
    {
        var query = "";
        if ((otherDatacenter ?? configuration.Datacenter) is { } datacenter) query = Join(query, "dc=" + Uri.EscapeDataString(datacenter));
        if (configuration.Namespace is { } space) query = Join(query, "ns=" + Uri.EscapeDataString(space));
        if (configuration.Partition is { } partition) query = Join(query, "partition=" + Uri.EscapeDataString(partition));
        return query;
    }

    private static string Join(string query, string more) => query.Length == 0 ? more : more.Length == 0 ? query : query + "&" + more;

    /// <summary>A body of known length that remembers how much of it was handed to the connection.</summary>
    private sealed class TrackedContent : HttpContent
    {
        private readonly ReadOnlyMemory<byte> body;

        public TrackedContent(ReadOnlyMemory<byte> body)
        {
            this.body = body;
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        public bool Started { get; private set; }

        public bool Finished { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            Started = true;
            await WriteAsync(stream, body).ConfigureAwait(false);
            Finished = true;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
