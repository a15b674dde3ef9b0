using System.Net.Http;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Healthy;

/// <summary>A reverse proxy in front of an agent, as load balancers and ingresses are; how it passes answers on is the caller's.</summary>
internal sealed class ReverseProxy : IDisposable
{
    private readonly HttpClient agent = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ScriptedHttpServer server;

    /// <summary>Starts it.</summary>
    /// <param name="target">The agent.</param>
    /// <param name="answer">Status, headers (<c>Name: value</c>, without Content-Length) and body of the agent's answer to what the client gets.</param>
    /// <param name="tls">TLS towards the client; null is plain.</param>
    /// <param name="basePath">What it strips from the front of the path; null strips nothing.</param>
    /// <param name="refuse">A method that it does not let through; null lets all.</param>
    public ReverseProxy(Uri target, Func<int, string[], byte[], ScriptedResponse> answer, TlsServerOptions? tls = null, string? basePath = null, string? refuse = null)
    {
        server = new ScriptedHttpServer(tls);
        server.On(request => basePath is null || request.Target.StartsWith(basePath + "/", StringComparison.Ordinal), request =>
        {
            using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri($"http://{target.Authority}{request.Target[(basePath?.Length ?? 0)..]}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            if (request.Method is "PUT" or "POST" or "DELETE") message.Content = new ByteArrayContent(request.Body);
            foreach (var (name, value) in request.Headers.Where(header => header.Key.StartsWith("X-Consul", StringComparison.OrdinalIgnoreCase))) message.Headers.TryAddWithoutValidation(name, value);
            using var response = agent.Send(message);
            using var body = new MemoryStream();
            response.Content.ReadAsStream().CopyTo(body);
            var headers = response.Headers.Concat(response.Content.Headers).Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding" or "Connection"))
                .SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}")).ToArray();
            return answer((int)response.StatusCode, headers, body.ToArray());
        });
        server.On(request => request.Method == refuse, ScriptedResponse.Html("<h1>405 Not Allowed</h1>", 405, "Server: nginx"));
    }

    public Uri Address => server.Address;

    /// <summary>Passes the answer on with these headers besides.</summary>
    public static Func<int, string[], byte[], ScriptedResponse> Adding(params string[] more) => (status, headers, body) => ScriptedResponse.Bytes(body, status, [.. headers, .. more]);

    public void Dispose()
    {
        server.Dispose();
        agent.Dispose();
    }
}
