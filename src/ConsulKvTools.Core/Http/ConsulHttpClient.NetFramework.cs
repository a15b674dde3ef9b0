using System.Net;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using ConsulKvTools.Diagnosis.Transport;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

internal sealed partial class ConsulHttpClient
{
    /// <summary>.NET Framework has no hook for own connections: its handler dials, and failures are told apart by their status codes.</summary>
    private static HttpClientHandler CreateHandler(DialTarget target, int maxConnections)
    {
        if (target.Endpoint.SocketPath is not null)
            throw new ConsulConfigurationException(ConsulFinding.Create("Config.UnixSocketUnsupported", ("socket", target.Endpoint.SocketPath)));
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = maxConnections,
            UseProxy = target.Proxy is not null,
            SslProtocols = TlsPlatform.Usual,
        };
        if (target.Proxy is not null) handler.Proxy = new WebProxy(target.Proxy.Address) { Credentials = target.Proxy.Credential };
        if (target.Tls.ClientCertificate is not null) handler.ClientCertificates.Add(target.Tls.ClientCertificate);
        handler.ServerCertificateCustomValidationCallback = (_, certificate, chain, _) =>
            target.Tls.SkipVerification
            || ServerCertificatePolicy.Accepts(certificate, chain.ChainPolicy.ExtraStore.Cast<X509Certificate2>(), target);
        return handler;
    }

    private static string CreateOrigin(ConsulEndpoint endpoint) => endpoint.ToString();

    private static Uri CreateUri(string text) => new(text);

    private static DialTimings? DialTimingsOf(HttpRequestMessage message) => null;

    private static Task WriteAsync(Stream stream, ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment)
            ? stream.WriteAsync(segment.Array, segment.Offset, segment.Count)
            : stream.WriteAsync(body.ToArray(), 0, body.Length);
}
