using ConsulKvTools.Sessions;

namespace ConsulKvTools.Http;

/// <summary>Everything needed to open one connection to the agent.</summary>
/// <param name="Endpoint">Where the agent is.</param>
/// <param name="Tls">TLS settings; used only when the endpoint asks for TLS.</param>
/// <param name="Proxy">The proxy in between; null connects directly. With TLS a tunnel is asked for (CONNECT); plain HTTP connects
/// to the proxy and leaves the absolute-form request to the caller.</param>
/// <param name="ConnectTimeout">Time for name, TCP, tunnel and TLS together, above zero.</param>
internal sealed record DialTarget(ConsulEndpoint Endpoint, TlsSettings Tls, ProxySettings? Proxy, TimeSpan ConnectTimeout)
{
    /// <summary>False leaves TCP keep-alive off: only then is a silent connection really silent.</summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>The most bytes a TCP segment may carry, both ways; null leaves it to the system. Only where <see cref="SocketIo.CanLimitSegments"/>.</summary>
    public int? SegmentLimit { get; init; }
}
