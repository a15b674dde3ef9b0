using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ConsulKvTools.Http;

/// <summary>
/// Opens a connection to the agent step by step: name, TCP (or unix socket), proxy tunnel, TLS. By own sockets, because HttpClient
/// neither times the steps nor tells their failures apart. Data connections and probes go the same way.
/// </summary>
internal static class Dialer
{
    /// <summary>A connection ready for HTTP/1.1.</summary>
    /// <exception cref="ConsulTransportException">It could not be opened; carries the finding's code and evidence.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static Task<DialedConnection> DialAsync(DialTarget target, CancellationToken cancellation) =>
        DialAsync(target, new DialTrace(), SslProtocols.None, cancellation);

    /// <summary>The same, for a probe that wants to see what was learnt, or to offer only some TLS versions.</summary>
    public static Task<DialedConnection> DialAsync(
        DialTarget target, DialTrace trace, SslProtocols protocols, CancellationToken cancellation) =>
        DialAsync(target, trace, protocols, target.Endpoint.UseTls, cancellation);

    /// <summary>The connection as it is before TLS begins, through the proxy's tunnel where there is one: for questions asked by hand.</summary>
    public static Task<DialedConnection> DialTunnelAsync(DialTarget target, DialTrace trace, CancellationToken cancellation) =>
        DialAsync(target, trace, SslProtocols.None, withTls: false, cancellation);

    private static async Task<DialedConnection> DialAsync(
        DialTarget target, DialTrace trace, SslProtocols protocols, bool withTls, CancellationToken cancellation)
    {
        using var deadline = Deadline.In(target.ConnectTimeout, cancellation);
        Stream? stream = null;
        try
        {
            var socket = target.Endpoint.SocketPath is { } path
                ? await ConnectUnixAsync(path, trace, deadline.Token).ConfigureAwait(false)
                : await ConnectTcpAsync(target, trace, deadline.Token).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            // The one way of ending a read that works on every platform.
            using var closing = deadline.Token.Register(socket.Dispose);
            TlsReport? tls = null;
            if (target.Proxy is not null && target.Endpoint.SocketPath is null)
                stream = await PassProxyAsync(stream, target, protocols, trace, deadline.Token).ConfigureAwait(false);
            if (withTls)
            {
                trace.Phase = DialPhase.Tls;
                var clock = Stopwatch.StartNew();
                (stream, tls) = await TlsOpener
                    .OpenAsync(stream, target.Tls, target.Endpoint.Host, protocols, trace, deadline.Token).ConfigureAwait(false);
                trace.TlsTime = clock.Elapsed;
            }
            trace.Phase = DialPhase.Send;
            var absoluteForm = target.Proxy is not null && target.Endpoint is { UseTls: false, SocketPath: null };
            return new DialedConnection(stream, trace.Timings, trace.Remote!, tls, absoluteForm);
        }
        catch (Exception failure)
        {
            stream?.Dispose();
            if (failure is ConsulTransportException) throw;
            if (cancellation.IsCancellationRequested) throw new OperationCanceledException(failure.Message, failure, cancellation);
            throw Explain(target, trace, failure, deadline.IsCancellationRequested);
        }
    }

    private static async Task<Socket> ConnectTcpAsync(DialTarget target, DialTrace trace, CancellationToken cancellation)
    {
        var (host, port) = target.Proxy is { } proxy ? (proxy.Address.IdnHost, proxy.Address.Port) : (target.Endpoint.Host, target.Endpoint.Port);
        trace.Phase = DialPhase.Name;
        trace.Addresses = await ResolveAsync(target, host, trace, cancellation).ConfigureAwait(false);
        trace.Phase = DialPhase.Connect;
        var clock = Stopwatch.StartNew();
        var socket = await AddressRace.ConnectAsync(trace.Addresses, port, target.SegmentLimit, trace, cancellation).ConfigureAwait(false)
            ?? throw ConnectFailure(target, trace, null);
        trace.ConnectTime = clock.Elapsed;
        trace.Remote = socket.RemoteEndPoint;
        SocketIo.Tune(socket, target.KeepAlive);
        return socket;
    }

    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(DialTarget target, string host, DialTrace trace, CancellationToken cancellation)
    {
        if (NameFailure.CodeOfName(host) is { } code) throw NameError(target, trace, host, code, null);
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        var clock = Stopwatch.StartNew();
        try
        {
            var addresses = await SocketIo.ResolveAsync(host, cancellation).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw NameError(target, trace, host, "Dns.NoAddress", null);
        }
        catch (SocketException failure)
        {
            throw NameError(target, trace, host, NameFailure.CodeOf(failure.SocketErrorCode), failure);
        }
        catch (ArgumentException failure)
        {
            throw NameError(target, trace, host, "Dns.InvalidName", failure);
        }
        finally
        {
            trace.NameTime = clock.Elapsed;
        }
    }

    private static async Task<Socket> ConnectUnixAsync(string path, DialTrace trace, CancellationToken cancellation)
    {
        trace.Phase = DialPhase.Connect;
        var clock = Stopwatch.StartNew();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var address = SocketIo.UnixAddress(path);
            await SocketIo.ConnectAsync(socket, address, cancellation).ConfigureAwait(false);
            trace.ConnectTime = clock.Elapsed;
            trace.Remote = address;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> PassProxyAsync(
        Stream stream, DialTarget target, SslProtocols protocols, DialTrace trace, CancellationToken cancellation)
    {
        var proxy = target.Proxy!;
        trace.Phase = DialPhase.Proxy;
        var clock = Stopwatch.StartNew();
        if (proxy.Address.Scheme == Uri.UriSchemeHttps)
        {
            // The proxy is a server of its own: neither the agent's name nor the client certificate are meant for it.
            var settings = target.Tls with { ServerName = null, ClientCertificate = null };
            (stream, _) = await TlsOpener.OpenAsync(stream, settings, proxy.Address.IdnHost, protocols, trace, cancellation).ConfigureAwait(false);
        }
        if (target.Endpoint.UseTls)
        {
            stream = await ProxyTunnel.OpenAsync(stream, target.Endpoint, proxy, trace, cancellation).ConfigureAwait(false);
            if (ProxyFailure.CodeOf(trace.ProxyAnswer!) is { } code) throw ProxyError(target, trace, code, null);
        }
        trace.ProxyTime = clock.Elapsed;
        return stream;
    }

    private static ConsulTransportException Explain(DialTarget target, DialTrace trace, Exception failure, bool timedOut)
    {
        switch (trace.Phase)
        {
            case DialPhase.Name:
                return NameError(target, trace, target.Proxy?.Address.IdnHost ?? target.Endpoint.Host, "Dns.ResolverTimeout", failure);
            case DialPhase.Connect:
                return ConnectFailure(target, trace, failure);
            case DialPhase.Proxy when trace.Tap is { ClientHelloSent: true } && trace.ProxyAnswer is null:
                return TlsFailure.Explain(target, trace, failure, timedOut);
            case DialPhase.Proxy:
                return ProxyError(target, trace, timedOut ? "Proxy.ConnectTimeout" : "Proxy.ClosedDuringConnect", failure);
            default:
                return TlsFailure.Explain(target, trace, failure, timedOut);
        }
    }

    private static ConsulTransportException NameError(DialTarget target, DialTrace trace, string host, string code, Exception? failure)
    {
        if (target.Proxy is null)
            return new ConsulTransportException(code, DialPhase.Name,
                DialEvidence.Of(target, trace, ("value", host), ("seconds", SecondsOf(target, code == "Dns.ResolverTimeout"))), failure);
        return ProxyError(target, trace, "Proxy.NameNotFound", failure, DialPhase.Name, ("name", host));
    }

    private static ConsulTransportException ConnectFailure(DialTarget target, DialTrace trace, Exception? failure)
    {
        if (target.Endpoint.SocketPath is { } path)
        {
            var error = TransportFailures.Find<SocketException>(failure)?.SocketErrorCode ?? SocketError.TimedOut;
            return new ConsulTransportException(UnixSocketFailure.CodeOf(path, error), DialPhase.Connect,
                DialEvidence.Of(target, trace, ("problem", error.ToString())), failure);
        }
        var (code, attempt) = TcpFailure.MostTelling(trace.Attempts);
        var tried = trace.Attempts.Count == 0 ? string.Join(", ", trace.Addresses) : string.Join("; ", trace.Attempts);
        if (target.Proxy is not null)
            return ProxyError(target, trace, "Proxy.Unreachable", failure, DialPhase.Connect, ("ip", attempt?.Address.Address.ToString()), ("text", tried));
        return new ConsulTransportException(code, DialPhase.Connect,
            DialEvidence.Of(target, trace, ("ip", (attempt?.Address.Address ?? trace.Addresses.FirstOrDefault())?.ToString()),
                ("seconds", SecondsOf(target, code == "Tcp.Timeout")), ("text", tried), ("count", trace.Addresses.Count)), failure);
    }

    private static ConsulTransportException ProxyError(DialTarget target, DialTrace trace, string code, Exception? failure,
        DialPhase phase = DialPhase.Proxy, params (string Name, object? Value)[] more)
    {
        var answer = trace.ProxyAnswer;
        return new ConsulTransportException(code, phase,
            DialEvidence.Of(target.Endpoint, null,
            [
                ("proxy", target.Proxy!.Address.ToString()), ("source", target.Proxy.Source), ("status", answer?.Status),
                ("answer", answer is null || answer.FirstBytes.Length == 0 ? null : TlsFailure.Printable(answer.FirstBytes)),
                ("seconds", SecondsOf(target, code == "Proxy.ConnectTimeout")), .. more,
            ]), failure);
    }

    private static double? SecondsOf(DialTarget target, bool wanted) => wanted ? Math.Round(target.ConnectTimeout.TotalSeconds, 3) : null;
}
