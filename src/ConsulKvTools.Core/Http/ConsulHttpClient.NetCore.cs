using System.Net;
using System.Net.Http;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

internal sealed partial class ConsulHttpClient
{
    private static readonly HttpRequestOptionsKey<DialTimings> Dialled = new("dial");
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// The handler sees plain HTTP only: name, TCP, proxy tunnel and TLS are the dialer's, which knows the TLS server name, measures
    /// each step and says what went wrong in codes instead of texts.
    /// </summary>
    private static SocketsHttpHandler CreateHandler(DialTarget target, int maxConnections)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = maxConnections,
            // Shorter than what load balancers and NAT boxes keep (60 s and more), longer than a pause at the prompt.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            // Follows DNS changes.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            // The dialer has its own, which names the phase.
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxResponseDrainSize = 64 * 1024,
            UseProxy = target.Proxy is not null && !target.Endpoint.UseTls,
        };
        if (handler.UseProxy) handler.Proxy = new WebProxy(target.Proxy!.Address, BypassOnLocal: false) { Credentials = target.Proxy.Credential };
        handler.ConnectCallback = async (context, cancellation) =>
        {
            var connection = await Dialer.DialAsync(target, cancellation).ConfigureAwait(false);
            context.InitialRequestMessage.Options.Set(Dialled, connection.Timings);
            return connection.Stream;
        };
        return handler;
    }

    private static string CreateOrigin(ConsulEndpoint endpoint) =>
        "http://" + (endpoint.SocketPath is null ? endpoint.Authority : "localhost") + endpoint.PathPrefix;

    private static Uri CreateUri(string text) => new(text, AsGiven);

    private static DialTimings? DialTimingsOf(HttpRequestMessage message) =>
        message.Options.TryGetValue(Dialled, out var timings) ? timings : null;

    private static Task WriteAsync(Stream stream, ReadOnlyMemory<byte> body) => stream.WriteAsync(body).AsTask();
}
