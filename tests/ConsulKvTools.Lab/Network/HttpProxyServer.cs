using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>A forward proxy on loopback: tunnels (CONNECT) and absolute-form requests, sound or with a fault of its own.</summary>
/// <remarks>Properties may be changed while it runs and apply to the next request.</remarks>
public sealed class HttpProxyServer : IDisposable, IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly TlsTerminator? _tls;
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];

    /// <summary>Starts a proxy that works.</summary>
    /// <param name="tls">How the proxy itself speaks TLS to its clients; null is plain.</param>
    /// <param name="address">The loopback address; null is 127.0.0.1.</param>
    public HttpProxyServer(TlsServerOptions? tls = null, IPAddress? address = null)
    {
        _tls = tls is null ? null : new(tls);
        _listener = new(address, ServeAsync);
    }

    /// <summary>What a squid says when it forbids a target: 403 with HTML and a Via header.</summary>
    public static ScriptedResponse Forbidden { get; } = Error(403, "X-Squid-Error: ERR_ACCESS_DENIED 0");

    /// <summary>What a proxy says that cannot reach the target.</summary>
    public static ScriptedResponse BadGateway { get; } = Error(502);

    /// <summary>What a proxy says that cannot resolve the target or has no capacity.</summary>
    public static ScriptedResponse Unavailable { get; } = Error(503, "X-Squid-Error: ERR_DNS_FAIL 0");

    /// <summary>What a proxy says that waited for the target in vain.</summary>
    public static ScriptedResponse GatewayTimeout { get; } = Error(504);

    /// <summary>A hotel's portal: sends everybody to its login page.</summary>
    public static ScriptedResponse CaptivePortal { get; } =
        ScriptedResponse.Html("", 302, "Location: http://portal.example/login").ThenClose();

    /// <summary>A web server that knows nothing of proxying.</summary>
    public static ScriptedResponse NotAProxy { get; } = ScriptedResponse.Html("<h1>405 Not Allowed</h1>", 405, "Server: nginx").ThenClose();

    /// <summary>The proxy's address, to be used as HTTP_PROXY.</summary>
    public Uri Address => new($"{(_tls is null ? "http" : "https")}://{_listener.EndPoint}");

    /// <summary>The proxy's port.</summary>
    public int Port => _listener.EndPoint.Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int ConnectionCount => _listener.Accepted;

    /// <summary>What every request gets instead of service: one of this class's faults, <see cref="ScriptedResponse.Silence"/>, … Null serves.</summary>
    public ScriptedResponse? Answer { get; set; }

    /// <summary>User name and password that must come by Basic authentication, else 407; null asks for none.</summary>
    public NetworkCredential? Credentials { get; set; }

    /// <summary>Opens TLS tunnels up and shows a certificate of this authority for whatever name was asked; null leaves them closed.</summary>
    public CertificateAuthority? Interceptor { get; set; }

    /// <summary>Host names the proxy resolves in its own way, as one inside the network would; host to host:port.</summary>
    public IDictionary<string, string> Hosts { get; } = new System.Collections.Concurrent.ConcurrentDictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>All requests so far, CONNECT ones included; <see cref="RecordedRequest.Target"/> is host:port or an absolute URI.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <summary>Stops listening: the proxy is down.</summary>
    public void StopListening() => _listener.StopListening();

    /// <summary>Listens again.</summary>
    public void Listen() => _listener.Listen();

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static ScriptedResponse Error(int status, params string[] headers) =>
        ScriptedResponse.Html($"<html><body><h1>{status}</h1></body></html>", status, ["Server: squid/5.7", "Via: 1.1 lab (squid/5.7)", .. headers]).ThenClose();

    private async Task ServeAsync(ScriptedConnection client, CancellationToken cancellationToken)
    {
        if (_tls is not null && !await _tls.AcceptAsync(client, cancellationToken).ConfigureAwait(false)) return;
        var reader = new HttpRequestReader(client.Stream);
        while (await reader.ReadAsync(null, cancellationToken).ConfigureAwait(false) is { } request)
        {
            lock (_gate) _requests.Add(request with { Connection = client.Number, Client = client.Client });
            if (Answer is { } answer)
            {
                if (!await answer.PlayAsync(client, cancellationToken).ConfigureAwait(false)) return;
                continue;
            }
            if (!IsAuthorized(request))
            {
                // The connection stays: a client answers the challenge on the same one.
                await ScriptedResponse.Html("<h1>407</h1>", 407, "Proxy-Authenticate: Basic realm=\"lab\"", "Via: 1.1 lab")
                    .PlayAsync(client, cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (request.Method == "CONNECT") await TunnelAsync(client, request, reader.Unread.ToArray(), cancellationToken).ConfigureAwait(false);
            else await ForwardAsync(client, request, cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    private bool IsAuthorized(RecordedRequest request)
    {
        if (Credentials is not { } wanted) return true;
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{wanted.UserName}:{wanted.Password}"));
        return request.Header("Proxy-Authorization") == expected;
    }

    private async Task TunnelAsync(ScriptedConnection client, RecordedRequest request, byte[] unread, CancellationToken cancellationToken)
    {
        using var server = await ConnectAsync(client, request.Target, cancellationToken).ConfigureAwait(false);
        if (server is null) return;
        await client.Stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        Stream inner = new NetworkStream(server);
        if (Interceptor is { } authority)
        {
            var host = request.Target[..request.Target.LastIndexOf(':')].Trim('[', ']');
            var terminator = new TlsTerminator(new(authority.Issue(host)));
            if (!await terminator.AcceptAsync(client, cancellationToken).ConfigureAwait(false)) return;
#pragma warning disable CA5359 // An intercepting proxy looks at the client's side; what the server shows does not matter here.
            var outer = new SslStream(inner, false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await outer.AuthenticateAsClientAsync(host).WaitAsync(cancellationToken).ConfigureAwait(false);
            inner = outer;
        }
        await inner.WriteAsync(unread, cancellationToken).ConfigureAwait(false);
        var there = client.Stream.CopyToAsync(inner, cancellationToken);
        var back = inner.CopyToAsync(client.Stream, cancellationToken);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        await client.EndAsync(reset: false).ConfigureAwait(false);
    }

    private async Task ForwardAsync(ScriptedConnection client, RecordedRequest request, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(request.Target, UriKind.Absolute, out var target) || target.Scheme != "http")
        {
            await ScriptedResponse.Html("<h1>400</h1>", 400).ThenClose().PlayAsync(client, cancellationToken).ConfigureAwait(false);
            return;
        }
        using var server = await ConnectAsync(client, $"{target.Host}:{target.Port}", cancellationToken).ConfigureAwait(false);
        if (server is null) return;
        await using var stream = new NetworkStream(server);
        // The path as it came: a proxy that normalised it would be another fault.
        var path = request.Target[(request.Target.IndexOf('/', "http://".Length) is > 0 and var slash ? slash : request.Target.Length)..];
        var head = new StringBuilder($"{request.Method} {(path.Length == 0 ? "/" : path)} HTTP/1.1\r\nVia: 1.1 lab\r\nConnection: close\r\n");
        foreach (var (name, value) in request.Headers)
        {
            if (name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)) continue;
            if (name.ToUpperInvariant() is "CONNECTION" or "TRANSFER-ENCODING" or "CONTENT-LENGTH" or "EXPECT") continue;
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        if (request.Body.Length > 0 || request.Method is "PUT" or "POST") head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{head}\r\n"), cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(request.Body, cancellationToken).ConfigureAwait(false);
        await stream.CopyToAsync(client.Stream, cancellationToken).ConfigureAwait(false);
        await client.EndAsync(reset: false).ConfigureAwait(false);
    }

    private async Task<Socket?> ConnectAsync(ScriptedConnection client, string target, CancellationToken cancellationToken)
    {
        var host = target[..target.LastIndexOf(':')].Trim('[', ']');
        if (Hosts.TryGetValue(host, out var elsewhere)) target = elsewhere;
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var colon = target.LastIndexOf(':');
            await server.ConnectAsync(target[..colon].Trim('[', ']'), int.Parse(target[(colon + 1)..], CultureInfo.InvariantCulture), cancellationToken)
                .ConfigureAwait(false);
            return server;
        }
        catch (SocketException e)
        {
            server.Dispose();
            var noName = e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData;
            await (noName ? Unavailable : BadGateway).PlayAsync(client, cancellationToken).ConfigureAwait(false);
            return null;
        }
    }
}
