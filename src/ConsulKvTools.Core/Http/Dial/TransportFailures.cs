using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>Turns what .NET throws on an open connection into a finding's code, by numbers and types alone.</summary>
internal static class TransportFailures
{
    /// <summary>
    /// The failure of an exchange that had got as far as <paramref name="phase"/>. Never for the caller's own cancellation: who passes an
    /// <see cref="OperationCanceledException"/> says that time ran out.
    /// </summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="phase">How far the exchange had got.</param>
    /// <param name="answerBegun">True when the response's head had been read already.</param>
    /// <param name="evidence">What the caller knows: address, host, port, seconds…</param>
    public static ConsulTransportException Classify(
        Exception failure, DialPhase phase, bool answerBegun = false, params (string Name, object? Value)[] evidence)
    {
        if (Find<ConsulTransportException>(failure) is { } known) return known;
        var (code, more) = Decide(failure, phase, answerBegun);
        return new ConsulTransportException(code, phase, [.. evidence, .. more], failure);
    }

    /// <summary>The first exception of this type in the chain of causes; null when there is none.</summary>
    public static T? Find<T>(Exception? failure) where T : Exception
    {
        for (var link = failure; link is not null; link = link.InnerException)
            if (link is T wanted) return wanted;
        return null;
    }

    private static (string Code, (string, object?)[] Evidence) Decide(Exception failure, DialPhase phase, bool answerBegun)
    {
        // On an open connection an alert can only be a late verdict on the client's certificate (TLS 1.3), or the end of everything.
        if (NativeTlsError.AlertOf(failure) is { } alert) return (AfterHandshake(alert), [("alert", TlsAlert.Describe(alert))]);

        if (Find<SocketException>(failure) is { } socket)
        {
            if (phase == DialPhase.Name) return (NameFailure.CodeOf(socket.SocketErrorCode), []);
            if (phase == DialPhase.Connect) return (TcpFailure.CodeOf(socket.SocketErrorCode, AddressFamily.InterNetwork), []);
            return (OnOpenSocket(socket.SocketErrorCode, phase, answerBegun), [("problem", socket.SocketErrorCode.ToString())]);
        }
        if (HttpShape.CodeOf(failure, answerBegun) is { } shape) return (shape, []);
        if (Find<OperationCanceledException>(failure) is not null || Find<TimeoutException>(failure) is not null) return (OutOfTime(phase), []);
        return (Ended(phase, answerBegun), []);
    }

    private static string OnOpenSocket(SocketError error, DialPhase phase, bool answerBegun) => error switch
    {
        // Keep-alive gave up: something on the way has forgotten the flow.
        SocketError.TimedOut => "Tcp.IdleConnectionDropped",
        SocketError.HostUnreachable or SocketError.HostDown => "Tcp.HostUnreachable",
        SocketError.NetworkUnreachable or SocketError.NetworkDown => "Tcp.NetworkUnreachable",
        // Our own end was closed, which is how a time-out ends a read where it cannot be cancelled.
        SocketError.OperationAborted or SocketError.Interrupted => OutOfTime(phase),
        _ when phase == DialPhase.Tls => "Tls.ClosedDuringHandshake",
        _ when phase == DialPhase.Proxy => "Proxy.ClosedDuringConnect",
        _ when answerBegun => "Http.ResponseTruncated",
        _ => "Http.Reset",
    };

    private static string OutOfTime(DialPhase phase) => phase switch
    {
        DialPhase.Name => "Dns.ResolverTimeout",
        DialPhase.Connect => "Tcp.Timeout",
        DialPhase.Proxy => "Proxy.ConnectTimeout",
        DialPhase.Tls => "Tls.HandshakeTimeout",
        _ => "Http.ResponseTimeout",
    };

    private static string Ended(DialPhase phase, bool answerBegun) => phase switch
    {
        DialPhase.Name => "Dns.NameNotFound",
        DialPhase.Connect => "Tcp.Timeout",
        DialPhase.Proxy => "Proxy.ClosedDuringConnect",
        DialPhase.Tls => "Tls.ClosedDuringHandshake",
        _ => answerBegun ? "Http.ResponseTruncated" : "Http.EmptyReply",
    };

    private static string AfterHandshake(int alert) => alert switch
    {
        TlsAlert.CertificateRequired => "Tls.ClientCertificateRequired",
        TlsAlert.CertificateExpired => "Tls.ClientCertificateExpired",
        TlsAlert.CertificateRevoked => "Tls.ClientCertificateRevoked",
        TlsAlert.AccessDenied => "Tls.ClientCertificateDenied",
        TlsAlert.UnknownCa => "Tls.ClientCertificateUnknownCa",
        TlsAlert.UnsupportedCertificate => "Tls.ClientCertificateNotForClientAuth",
        _ when TlsAlert.JudgesACertificate(alert) => "Tls.ClientCertificateRejected",
        _ => TlsAlert.CodeOf(alert),
    };
}
