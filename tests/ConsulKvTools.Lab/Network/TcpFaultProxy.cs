using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>
/// A TCP relay between a client and an agent that can be broken in many ways while it runs. It understands enough HTTP/1.1 to lose exactly
/// the answer to one request; TLS passes through it unread, so there the faults that name a request do not apply.
/// </summary>
/// <remarks>Thread-safe. A fault applies to new connections and to what comes next on existing ones.</remarks>
public sealed class TcpFaultProxy : IDisposable, IAsyncDisposable
{
    private readonly Uri _target;
    private readonly LoopbackListener _listener;
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly HashSet<Relay> _relays = [];
    private volatile Fault _fault = new(FaultKind.None);
    private volatile IdleLimit? _forgetIdle, _closeIdle;
    private TimeSpan? _longestLife;
    private TimeSpan _step;
    private int _lives;
    private Cut? _cut;

    /// <summary>Starts a relay that passes everything.</summary>
    /// <param name="target">Where to: an agent's address.</param>
    /// <param name="address">The loopback address to listen on; null is 127.0.0.1.</param>
    public TcpFaultProxy(Uri target, IPAddress? address = null)
    {
        _target = target;
        _listener = new(address, ServeAsync);
    }

    private enum FaultKind { None, BlackHole, Delay, DropResponses, Reset, Limit }

    /// <summary>Where clients connect: the target's scheme with this relay's host and port.</summary>
    public Uri Address => new($"{_target.Scheme}://{_listener.EndPoint}");

    /// <summary>The relay's port.</summary>
    public int Port => _listener.EndPoint.Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int ConnectionCount => _listener.Accepted;

    /// <summary>How many client connections are open now.</summary>
    public int OpenConnections => _listener.Open;

    /// <summary>All plain HTTP requests that reached the relay, cut ones included.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <summary>Ends every fault: listens and passes again. Connections that were lost stay lost.</summary>
    public void Pass()
    {
        _fault = new(FaultKind.None);
        _forgetIdle = _closeIdle = null;
        _longestLife = null;
        lock (_gate) _cut = null;
        _listener.Listen();
    }

    /// <summary>Stops listening, so that new connections are refused.</summary>
    /// <param name="dropExisting">False leaves existing connections alone.</param>
    public void Refuse(bool dropExisting = true)
    {
        _listener.StopListening();
        if (dropExisting) _listener.Drop(reset: false);
    }

    /// <summary>Accepts connections but loses every byte from now on, both ways, also on existing connections.</summary>
    public void BlackHole()
    {
        _fault = new(FaultKind.BlackHole);
        ForgetConnections();
    }

    /// <summary>Silently stops to carry the connections that exist now, as a NAT does after too long a silence; new ones work.</summary>
    public void ForgetConnections()
    {
        lock (_gate)
        {
            foreach (var relay in _relays) relay.Forgotten = true;
        }
    }

    /// <summary>Forgets each connection that was silent for longer than this, as NAT boxes and load balancers do; others are carried.</summary>
    /// <param name="after">The longest silence that is forgiven.</param>
    /// <param name="reset">True resets (RST) the connection when something comes on it after all; false never says a word.</param>
    public void ForgetIdle(TimeSpan after, bool reset = false) => _forgetIdle = new(after, reset);

    /// <summary>Closes each connection that has been silent for this long, as servers and proxies with a keep-alive time-out do.</summary>
    /// <param name="after">The silence that is allowed.</param>
    /// <param name="reset">True closes with RST instead of FIN.</param>
    public void CloseIdle(TimeSpan after, bool reset = false) => _closeIdle = new(after, reset);

    /// <summary>Ends each connection at this age, whatever passes on it. Applies to new connections.</summary>
    /// <param name="age">The age that is allowed.</param>
    /// <param name="step">Each connection may grow older than the one before by this, as with boxes that spread the ends of their connections.</param>
    public void CloseAfter(TimeSpan age, TimeSpan step = default) => (_step, _longestLife) = (step, age);

    /// <summary>Holds whatever comes from the client for a while before it goes on.</summary>
    public void Delay(TimeSpan delay) => _fault = new(FaultKind.Delay, delay);

    /// <summary>Carries requests but loses all answers; the connection stays open.</summary>
    public void DropResponses() => _fault = new(FaultKind.DropResponses);

    /// <summary>Resets (RST) existing connections now and new ones at once.</summary>
    public void Reset()
    {
        _fault = new(FaultKind.Reset);
        _listener.Drop(reset: true);
    }

    /// <summary>Carries at most this many bytes a second in each direction and connection.</summary>
    public void Limit(int bytesPerSecond) => _fault = new(FaultKind.Limit, BytesPerSecond: bytesPerSecond);

    /// <summary>Cuts the connection when a request has come, without forwarding it: the agent never sees it.</summary>
    /// <param name="method">Only requests of this method count; null counts all.</param>
    /// <param name="nth">Which of them, from now on, counted from 1.</param>
    /// <param name="times">How many in a row; then everything passes again.</param>
    /// <param name="reset">True cuts with RST instead of FIN.</param>
    public void CutBeforeRequest(string? method = null, int nth = 1, int times = 1, bool reset = false) =>
        SetCut(new(ByMethod(method), After: false, reset) { Skip = nth - 1, Left = times });

    /// <summary>
    /// Forwards the request, waits until the agent begins to answer, then cuts without passing a byte of the answer: the write is done, and
    /// the client does not know.
    /// </summary>
    /// <param name="method">Only requests of this method count; null counts all.</param>
    /// <param name="nth">Which of them, from now on, counted from 1.</param>
    /// <param name="times">How many in a row; then everything passes again.</param>
    /// <param name="reset">True cuts with RST instead of FIN.</param>
    public void CutAfterRequest(string? method = null, int nth = 1, int times = 1, bool reset = false) =>
        SetCut(new(ByMethod(method), After: true, reset) { Skip = nth - 1, Left = times });

    /// <summary>As the other overloads, for the requests that a predicate picks.</summary>
    /// <param name="when">Picks requests.</param>
    /// <param name="afterForwarding">True forwards the request before cutting.</param>
    /// <param name="times">How many in a row.</param>
    /// <param name="reset">True cuts with RST instead of FIN.</param>
    public void CutRequest(Func<RecordedRequest, bool> when, bool afterForwarding, int times = 1, bool reset = false) =>
        SetCut(new(when, afterForwarding, reset) { Left = times });

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static Func<RecordedRequest, bool> ByMethod(string? method) => r => method is null || r.Method == method;

    private void SetCut(Cut cut)
    {
        lock (_gate) _cut = cut;
    }

    private Cut? CutFor(RecordedRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
            if (_cut is not { } cut || !cut.When(request) || cut.Skip-- > 0) return null;
            if (--cut.Left == 0) _cut = null;
            return cut;
        }
    }

    private async Task ServeAsync(ScriptedConnection client, CancellationToken cancellationToken)
    {
        if (_fault.Kind == FaultKind.Reset)
        {
            await client.EndAsync(reset: true).ConfigureAwait(false);
            return;
        }
        if (_fault.Kind == FaultKind.BlackHole)
        {
            await SwallowAsync(client, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_target.Host, _target.Port, cancellationToken).ConfigureAwait(false);
        var relay = new Relay(client, new NetworkStream(server));
        lock (_gate) _relays.Add(relay);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var back = Task.Run(() => CarryAnswersAsync(relay, either.Token), CancellationToken.None);
        _ = EndInTimeAsync(relay, either.Token);
        try
        {
            await CarryRequestsAsync(relay, either.Token).ConfigureAwait(false);
            // The client has finished speaking; the agent may still have something to say.
            server.Shutdown(SocketShutdown.Send);
            await back.ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _relays.Remove(relay);
            await either.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task EndInTimeAsync(Relay relay, CancellationToken cancellationToken)
    {
        var life = _longestLife + _step * Interlocked.Increment(ref _lives);
        try
        {
            while (true)
            {
                var before = relay.Idle;
                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
                // On a busy machine bytes may have come that nobody has had the time to carry on: that is no silence.
                var isLate = relay.Idle - before > TimeSpan.FromMilliseconds(100);
                if (_closeIdle is { } limit && relay.Idle > limit.After && !isLate && relay.Client.Stream is not NetworkStream { DataAvailable: true })
                {
                    await relay.Client.EndAsync(limit.Reset).ConfigureAwait(false);
                    return;
                }
                if (relay.Age > life)
                {
                    await relay.Client.EndAsync(reset: false).ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    private async Task CarryRequestsAsync(Relay relay, CancellationToken cancellationToken)
    {
        var reader = new HttpRequestReader(relay.Client.Stream);
        if (!await reader.LooksLikeHttpAsync(cancellationToken).ConfigureAwait(false))
        {
            await ForwardAsync(relay, reader.Unread, cancellationToken).ConfigureAwait(false);
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await relay.Client.Stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await ForwardAsync(relay, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            return;
        }

        while (await reader.ReadAsync(() => relay.Client.Stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken).AsTask(), cancellationToken)
            .ConfigureAwait(false) is { } request)
        {
            var cut = CutFor(request with { Connection = relay.Client.Number, Client = relay.Client.Client });
            if (cut is { After: false })
            {
                await relay.Client.EndAsync(cut.Reset).ConfigureAwait(false);
                return;
            }
            relay.CutAnswer = cut;
            await ForwardAsync(relay, request.Raw, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ForwardAsync(Relay relay, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_fault is { Kind: FaultKind.Delay } slow) await Task.Delay(slow.Time, cancellationToken).ConfigureAwait(false);
        if (_forgetIdle is { } limit && relay.Idle > limit.After)
        {
            relay.Forgotten = true;
            if (limit.Reset) await relay.Client.EndAsync(reset: true).ConfigureAwait(false);
        }
        relay.Touch();
        if (relay.Forgotten) await SwallowAsync(relay.Client, cancellationToken).ConfigureAwait(false);
        else await WriteAsync(relay.Server, bytes, cancellationToken).ConfigureAwait(false);
    }

    private async Task CarryAnswersAsync(Relay relay, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await relay.Server.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                relay.Touch();
                if (relay.CutAnswer is { } cut)
                {
                    await relay.Client.EndAsync(cut.Reset).ConfigureAwait(false);
                    return;
                }
                if (relay.Forgotten || _fault.Kind is FaultKind.DropResponses or FaultKind.BlackHole) relay.Forgotten = true;
                else await WriteAsync(relay.Client.Stream, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            if (!relay.Forgotten) await relay.Client.EndAsync(reset: false).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The agent broke off, killed perhaps; so do we.
            if (!relay.Forgotten) await relay.Client.EndAsync(reset: true).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_fault is not { Kind: FaultKind.Limit } limit)
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return;
        }
        // Twenty portions a second come close enough to a slow line.
        var portion = Math.Max(1, limit.BytesPerSecond / 20);
        for (var at = 0; at < bytes.Length; at += portion)
        {
            var piece = bytes.Slice(at, Math.Min(portion, bytes.Length - at));
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds((double)piece.Length / limit.BytesPerSecond), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task SwallowAsync(ScriptedConnection client, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await client.Stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0) { }
    }

    private sealed record Fault(FaultKind Kind, TimeSpan Time = default, int BytesPerSecond = 0);

    private sealed record IdleLimit(TimeSpan After, bool Reset);

    private sealed record Cut(Func<RecordedRequest, bool> When, bool After, bool Reset)
    {
        public int Skip { get; set; }

        public int Left { get; set; } = 1;
    }

    private sealed class Relay(ScriptedConnection client, Stream server)
    {
        private volatile Cut? _cutAnswer;
        private volatile bool _forgotten;
        private readonly long _began = Stopwatch.GetTimestamp();
        private long _lastSeen = Stopwatch.GetTimestamp();

        public ScriptedConnection Client => client;

        public Stream Server => server;

        /// <summary>Since the last byte in either direction.</summary>
        public TimeSpan Idle => Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastSeen));

        /// <summary>Since it was opened.</summary>
        public TimeSpan Age => Stopwatch.GetElapsedTime(_began);

        /// <summary>A byte passes.</summary>
        public void Touch() => Interlocked.Exchange(ref _lastSeen, Stopwatch.GetTimestamp());

        /// <summary>The answer to the request under way is to be lost.</summary>
        public Cut? CutAnswer { get => _cutAnswer; set => _cutAnswer = value; }

        /// <summary>Nothing passes any more, and neither end is told.</summary>
        public bool Forgotten { get => _forgotten; set => _forgotten = value; }
    }
}
