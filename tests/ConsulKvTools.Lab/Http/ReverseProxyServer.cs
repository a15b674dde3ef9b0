using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>
/// A reverse proxy or API gateway on loopback in front of an agent: passes everything on, or spoils it in one of the ways such proxies do.
/// Its answers carry <c>Server: nginx</c>, its error pages are HTML.
/// </summary>
/// <remarks>Properties may be changed while it runs and apply to the next request.</remarks>
public sealed class ReverseProxyServer : IDisposable, IAsyncDisposable
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly ScriptedHttpServer _server;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri _target;
    private int _served;

    /// <summary>Starts a proxy that passes everything on.</summary>
    /// <param name="target">The agent behind it.</param>
    /// <param name="tls">How it speaks TLS to its clients; null is plain HTTP.</param>
    public ReverseProxyServer(Uri target, TlsServerOptions? tls = null)
    {
        _target = target;
        _server = new ScriptedHttpServer(tls);
        _server.On(_ => true, Pass);
    }

    /// <summary>The proxy's address.</summary>
    public Uri Address => _server.Address;

    /// <summary>All requests so far, as the clients sent them.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _server.Requests;

    /// <summary>Bodies longer than this get 413; null lets all through. (nginx: client_max_body_size, 1 MiB unless set.)</summary>
    public long? BodyLimit { get; set; }

    /// <summary>Bodies longer than this are swallowed and never answered, as by a box that inspects them; null lets all through.</summary>
    public long? StallAbove { get; set; }

    /// <summary>Requests with a body longer than this are reset; null lets all through.</summary>
    public long? ResetAbove { get; set; }

    /// <summary>What methods that do not pass get: 405, or 403 as nginx's <c>limit_except</c> answers.</summary>
    public int MethodStatus { get; set; } = 405;

    /// <summary>Methods that pass; others get <see cref="MethodStatus"/>. Empty lets all pass.</summary>
    public IReadOnlyCollection<string> Methods { get; set; } = [];

    /// <summary>Request headers that are not passed on.</summary>
    public IReadOnlyCollection<string> DroppedHeaders { get; set; } = [];

    /// <summary>User name and password that must come by Basic authentication, else 401; null asks for none.</summary>
    public NetworkCredential? Credentials { get; set; }

    /// <summary>Requests that are served before each further one gets 429; null serves all.</summary>
    public int? RequestLimit { get; set; }

    /// <summary>How long the agent may take before the answer is 504; null waits for ever.</summary>
    public TimeSpan? Patience { get; set; }

    /// <summary>Where every request is redirected to (301, the path appended); null redirects none.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>The path that stands before <c>/v1</c> here and is taken away; empty for none. Anything else gets 404.</summary>
    public string Prefix { get; set; } = "";

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static ScriptedResponse Page(int status, params string[] headers) =>
        ScriptedResponse.Html($"<html><center><h1>{status} {(HttpStatusCode)status}</h1></center><hr><center>nginx</center></html>", status, ["Server: nginx", .. headers]);

    private ScriptedResponse Pass(RecordedRequest request)
    {
        if (RequestLimit is { } limit && Interlocked.Increment(ref _served) > limit) return Page(429);
        if (Credentials is { } wanted && request.Header("Authorization") != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{wanted.UserName}:{wanted.Password}")))
            return Page(401, "WWW-Authenticate: Basic realm=\"consul\"");
        if (RedirectTo is { } elsewhere) return Page(301, $"Location: {elsewhere}{request.Target}");
        if (Methods.Count > 0 && !Methods.Contains(request.Method)) return Page(MethodStatus, "Allow: " + string.Join(", ", Methods));
        if (request.Body.Length > BodyLimit) return Page(413).ThenClose();
        if (request.Body.Length > StallAbove) return ScriptedResponse.Silence;
        if (request.Body.Length > ResetAbove) return ScriptedResponse.Reset;
        if (!request.Target.StartsWith(Prefix, StringComparison.Ordinal)) return Page(404);
        using var deadline = new CancellationTokenSource(Patience ?? Timeout.InfiniteTimeSpan);
        try
        {
            using var onward = new HttpRequestMessage(new HttpMethod(request.Method), new Uri($"http://{_target.Authority}{request.Target[Prefix.Length..]}", AsGiven));
            if (request.Body.Length > 0 || request.Method is "PUT" or "POST") onward.Content = new ByteArrayContent(request.Body);
            foreach (var header in request.Headers.Where(header => !IsHopByHop(header.Key) && !DroppedHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
                onward.Headers.TryAddWithoutValidation(header.Key, header.Value);
            using var answer = _client.Send(onward, deadline.Token);
            using var body = answer.Content.ReadAsStream(deadline.Token);
            using var whole = new MemoryStream();
            body.CopyTo(whole);
            var headers = Lines(answer.Headers).Concat(Lines(answer.Content.Headers)).Append("Server: nginx").ToArray();
            return ScriptedResponse.Bytes(whole.ToArray(), (int)answer.StatusCode, headers);
        }
        catch (OperationCanceledException)
        {
            return Page(504);
        }
        catch (HttpRequestException)
        {
            return Page(502);
        }
    }

    private static IEnumerable<string> Lines(HttpHeaders headers) =>
        headers.Where(header => !IsHopByHop(header.Key)).SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"));

    private static bool IsHopByHop(string name) => name.ToLowerInvariant() is "host" or "connection" or "content-length" or "transfer-encoding" or "expect" or "server" or "content-encoding";
}
