using System.Net;

namespace ConsulKvTools.Http;

/// <summary>An open connection to the agent (or, for plain HTTP through a proxy, to the proxy), ready for HTTP/1.1.</summary>
/// <param name="Stream">Owns the socket: disposing it closes the connection.</param>
/// <param name="Timings">How long each step took.</param>
/// <param name="Remote">The far end of the socket.</param>
/// <param name="Tls">What TLS settled; null without TLS.</param>
/// <param name="ThroughProxy">True when the caller must send its request in absolute form, because a proxy reads it.</param>
internal sealed record DialedConnection(Stream Stream, DialTimings Timings, EndPoint Remote, TlsReport? Tls, bool ThroughProxy)
    : IDisposable
{
    public void Dispose() => Stream.Dispose();
}
