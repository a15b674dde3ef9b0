using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>The lab's own way to talk to an agent: trusts any certificate, uses no proxy, and leaves no connection behind that would
/// count against the agent's limits.</summary>
internal sealed class AgentClient : IDisposable
{
    private readonly HttpClient _http;

    public AgentClient(ConsulAgent agent, IssuedCertificate? clientCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = new()
            {
#pragma warning disable CA5359 // The certificate is the thing under test; the lab must reach the agent whatever it shows.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                LocalCertificateSelectionCallback = (_, _, _, _, _) => clientCertificate?.Certificate!,
            },
        };
        if (agent.HttpAddress is null && agent.HttpsAddress is null && agent.UnixSocketPath is { } path)
        {
            handler.ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        _http = new(handler)
        {
            BaseAddress = agent.HttpAddress ?? agent.HttpsAddress ?? new("http://unix"),
            Timeout = TimeSpan.FromSeconds(15),
        };
    }

    public async Task<LabResponse> SendAsync(HttpMethod method, string path, byte[]? body, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (token is not null) request.Headers.TryAddWithoutValidation("X-Consul-Token", token);
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return new(response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)));
    }

    public void Dispose() => _http.Dispose();
}
