using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>A raw HTTP/1.1 server on loopback that answers exactly what it is told to, byte by byte, and records what it was asked.</summary>
/// <remarks>Thread-safe; rules may be added while it runs. A rule added later goes before the earlier ones.</remarks>
public class ScriptedHttpServer : IDisposable, IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly List<RecordedRequest> _requests = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts a server that answers every request with 404 until rules are added.</summary>
    /// <param name="certificate">The certificate to serve HTTPS with; null serves plain HTTP.</param>
    /// <param name="address">The loopback address; null is 127.0.0.1.</param>
    public ScriptedHttpServer(IssuedCertificate? certificate = null, IPAddress? address = null)
    {
        if (certificate is not null)
        {
            _certificate = SslStreamCertificateContext.Create(
                certificate.Certificate, [.. certificate.SentChain], offline: true);
        }
        _listener = new(address, ServeAsync);
    }

    /// <summary>The server's address.</summary>
    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://{_listener.EndPoint}");

    /// <summary>The server's port.</summary>
    public int Port => _listener.EndPoint.Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int ConnectionCount => _listener.Accepted;

    /// <summary>How many connections are open now.</summary>
    public int OpenConnections => _listener.Open;

    /// <summary>What happens to a connection before any request is read: a banner to send, a close, a reset, a silence. Null reads at once.</summary>
    public ScriptedResponse? OnConnect { get; set; }

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
        if (_certificate is not null)
        {
            var tls = new SslStream(connection.Stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate }, cancellationToken)
                .ConfigureAwait(false);
            connection.Stream = tls;
        }
        if (OnConnect is { } greeting && !await greeting.PlayAsync(connection, cancellationToken).ConfigureAwait(false)) return;

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
            if (!await answer(request).PlayAsync(connection, cancellationToken).ConfigureAwait(false)) return;
            if (request.Header("Connection") is { } wish && wish.Equals("close", StringComparison.OrdinalIgnoreCase)) return;
        }

        async Task ContinueAsync() =>
            await connection.Stream.WriteAsync(Encoding.Latin1.GetBytes("HTTP/1.1 100 Continue\r\n\r\n"), cancellationToken).ConfigureAwait(false);
    }

    private sealed record Rule(Func<RecordedRequest, bool> When, Func<RecordedRequest, ScriptedResponse> Answer);
}
