using System.Net;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>A raw HTTP/1.1 server on loopback that answers exactly what it is told to, byte by byte, and records what it was asked.</summary>
/// <remarks>Thread-safe; rules may be added while it runs. A rule added later goes before the earlier ones.</remarks>
public class ScriptedHttpServer : IDisposable, IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly TlsTerminator? _tls;
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly List<RecordedRequest> _requests = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a plain HTTP server that answers every request with 404 until rules are added.</summary>
    /// <param name="address">The loopback address; null is 127.0.0.1.</param>
    public ScriptedHttpServer(IPAddress? address = null)
        : this((TlsServerOptions?)null, address)
    {
    }

    /// <summary>Starts an HTTPS server.</summary>
    /// <param name="certificate">The certificate it shows.</param>
    /// <param name="address">The loopback address; null is 127.0.0.1.</param>
    public ScriptedHttpServer(IssuedCertificate certificate, IPAddress? address = null)
        : this(new TlsServerOptions(certificate), address)
    {
    }

    /// <summary>Starts an HTTPS server with particular or broken TLS.</summary>
    /// <param name="tls">How it speaks TLS; null is plain HTTP.</param>
    /// <param name="address">The loopback address; null is 127.0.0.1.</param>
    public ScriptedHttpServer(TlsServerOptions? tls, IPAddress? address = null)
    {
        _tls = tls is null ? null : new(tls);
        _listener = new(address, ServeAsync);
    }

    /// <summary>The server's address.</summary>
    public Uri Address => new($"{(_tls is null ? "http" : "https")}://{_listener.EndPoint}");

    /// <summary>The server's port.</summary>
    public int Port => _listener.EndPoint.Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int ConnectionCount => _listener.Accepted;

    /// <summary>How many connections are open now.</summary>
    public int OpenConnections => _listener.Open;

    /// <summary>What happens as soon as a client has connected, before TLS: a banner, a close, a reset, a silence. Null goes on at once.</summary>
    public ScriptedResponse? OnConnect { get; set; }

    /// <summary>What happens right after the TLS handshake, before any request is read. Null goes on at once.</summary>
    public ScriptedResponse? OnHandshake { get; set; }

    /// <summary>What came of each TLS handshake so far.</summary>
    public IReadOnlyList<RecordedHandshake> Handshakes => _tls?.Handshakes ?? [];

    /// <summary>All requests so far, in the order in which they were complete.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <summary>Adds a rule: requests of this method whose path begins like this get these answers, one after another, the last for ever.</summary>
    /// <param name="method">The method; <c>*</c> is any.</param>
    /// <param name="path">The beginning of the path as sent, for example <c>/v1/kv/</c>.</param>
    /// <param name="answers">One answer at least.</param>
    public ScriptedHttpServer On(string method, string path, params ScriptedResponse[] answers) =>
        On(r => (method == "*" || r.Method == method) && r.Path.StartsWith(path, StringComparison.Ordinal), answers);

    /// <summary>Adds a rule for the requests that a predicate picks.</summary>
    public ScriptedHttpServer On(Func<RecordedRequest, bool> when, params ScriptedResponse[] answers)
    {
        if (answers.Length == 0) throw new ArgumentException("A rule needs an answer.", nameof(answers));
        var turn = -1;
        return On(when, _ => answers[Math.Min(Interlocked.Increment(ref turn), answers.Length - 1)]);
    }

    /// <summary>Adds a rule whose answer depends on the request.</summary>
    public ScriptedHttpServer On(Func<RecordedRequest, bool> when, Func<RecordedRequest, ScriptedResponse> answer)
    {
        lock (_gate) _rules.Insert(0, new(when, answer));
        return this;
    }

    /// <summary>Waits until a request of the given kind has come; one that came earlier counts.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public async Task<RecordedRequest> WaitForRequestAsync(Func<RecordedRequest, bool>? when = null, TimeSpan? timeout = null)
    {
        using var deadline = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(10));
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_requests.FirstOrDefault(when ?? (_ => true)) is { } request) return request;
                next = _arrived.Task;
            }
            try
            {
                await next.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No such request came. What came: {string.Join(", ", Requests)}");
            }
        }
    }

    /// <summary>Forgets the recorded requests.</summary>
    public void ForgetRequests()
    {
        lock (_gate) _requests.Clear();
    }

    /// <summary>Stops listening: new connections are refused until <see cref="Listen"/>.</summary>
    public void StopListening() => _listener.StopListening();

    /// <summary>Listens again on the same port.</summary>
    public void Listen() => _listener.Listen();

    /// <summary>Ends the open connections, orderly or with a reset.</summary>
    public void DropConnections(bool reset = false) => _listener.Drop(reset);

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(ScriptedConnection connection, CancellationToken cancellationToken)
    {
        if (OnConnect is { } greeting && !await greeting.PlayAsync(connection, cancellationToken).ConfigureAwait(false)) return;
        if (_tls is not null)
        {
            if (!await _tls.AcceptAsync(connection, cancellationToken).ConfigureAwait(false)) return;
            if (OnHandshake is { } next && !await next.PlayAsync(connection, cancellationToken).ConfigureAwait(false)) return;
        }

        var reader = new HttpRequestReader(connection.Stream);
        while (await reader.ReadAsync(ContinueAsync, cancellationToken).ConfigureAwait(false) is { } request)
        {
            request = request with { Connection = connection.Number, Client = connection.Client };
            Func<RecordedRequest, ScriptedResponse> answer;
            lock (_gate)
            {
                _requests.Add(request);
                answer = _rules.FirstOrDefault(r => r.When(request))?.Answer ?? (_ => ScriptedResponse.Text("404 page not found\n", 404));
                _arrived.TrySetResult();
                _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (!await Answer(answer, request).PlayAsync(connection, cancellationToken).ConfigureAwait(false)) return;
            if (request.Header("Connection") is { } wish && wish.Equals("close", StringComparison.OrdinalIgnoreCase)) return;
        }

        async Task ContinueAsync() =>
            await connection.Stream.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 100 Continue\r\n\r\n"), cancellationToken).ConfigureAwait(false);
    }

    private static ScriptedResponse Answer(Func<RecordedRequest, ScriptedResponse> answer, RecordedRequest request)
    {
        try
        {
            return answer(request);
        }
        catch (Exception e)
        {
            // A rule that throws is a mistake in the test; a closed connection would hide it.
            return ScriptedResponse.Text($"The rule for {request} failed: {e}", 500);
        }
    }

    private sealed record Rule(Func<RecordedRequest, bool> When, Func<RecordedRequest, ScriptedResponse> Answer);
}
