using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ConsulKvTools.Http;

/// <summary>What a failed handshake amounts to, decided from bytes, alert numbers and callbacks.</summary>
internal static class TlsFailure
{
    public static ConsulTransportException Explain(DialTarget target, DialTrace trace, Exception? failure, bool timedOut)
    {
        var (code, more) = Decide(target, trace, failure, timedOut);
        return new ConsulTransportException(code, DialPhase.Tls, DialEvidence.Of(target, trace, more), failure);
    }

    private static (string Code, (string, object?)[] Evidence) Decide(DialTarget target, DialTrace trace, Exception? failure, bool timedOut)
    {
        if (trace.Verdict is { Accepted: false } verdict) return (verdict.Faults[0].Code, verdict.Faults[0].Evidence);
        if (trace.Tap is not { } tap) return ("Tls.ClosedAtClientHello", []);
        if (tap.IsNotTls) return NotTls(tap.FirstBytes);

        var alert = tap.AlertReceived ?? NativeTlsError.AlertOf(failure);
        var issuers = Issuers(trace, tap);
        (string, (string, object?)[]) ClientCertificate() =>
            (ClientCertificateFailure.CodeOf(target.Tls, issuers, alert), ClientCertificateFailure.Evidence(target.Tls, issuers, alert));

        if (alert is { } number)
        {
            // OpenSSL says handshake_failure under TLS 1.2 for a certificate it asked for and did not get.
            var aboutUs = trace.ClientCertificateAsked && (TlsAlert.JudgesACertificate(number) || number == TlsAlert.HandshakeFailure);
            // Nobody else says certificate_required, so the question need not have been seen.
            return aboutUs || number == TlsAlert.CertificateRequired
                ? ClientCertificate()
                : (TlsAlert.CodeOf(number), [("alert", TlsAlert.Describe(number)), ("text", Offer(tap))]);
        }
        if (timedOut)
        {
            var seconds = Math.Round(target.ConnectTimeout.TotalSeconds, 1);
            return (tap.BytesReceived == 0 ? "Tls.HandshakeTimeout" : "Tls.HandshakeStalled", [("seconds", seconds), ("phase", PhaseOf(tap))]);
        }
        if (NativeTlsError.SchannelCodeOf(failure, tap.BytesReceived) is { } schannel) return (schannel, [("subject", target.Tls.ClientCertificate?.Subject)]);
        // The system's own policy ended it before anything was asked.
        if (!tap.ClientHelloSent) return ("Tls.LocalPolicy", [("problem", failure?.GetBaseException().HResult.ToString("X8", null))]);
        switch (tap.AlertSent)
        {
            case TlsAlert.ProtocolVersion: return ("Tls.ProtocolVersion", [("version", VersionOf(tap)), ("text", Offer(tap))]);
            case TlsAlert.BadRecordMac or TlsAlert.DecodeError or TlsAlert.DecryptError or TlsAlert.UnexpectedMessage or 22 or 47:
                return ("Tls.HandshakeCorrupted", [("alert", TlsAlert.Describe(tap.AlertSent.Value)), ("phase", PhaseOf(tap))]);
            case TlsAlert.HandshakeFailure or TlsAlert.InsufficientSecurity or TlsAlert.InternalError:
                return ("Tls.LocalPolicy", [("alert", TlsAlert.Describe(tap.AlertSent.Value)), ("version", VersionOf(tap))]);
        }
        if (tap.BytesReceived == 0) return ("Tls.ClosedAtClientHello", [("problem", EndOf(failure))]);
        return trace.ClientCertificateAsked
            ? ClientCertificate()
            : ("Tls.ClosedDuringHandshake", [("phase", PhaseOf(tap)), ("problem", EndOf(failure))]);
    }

    /// <summary>Who answers a ClientHello with something that is no TLS.</summary>
    public static (string Code, (string, object?)[] Evidence) NotTls(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("HTTP/"u8)) return ("Tls.PlainHttpOnPort", [("answer", Printable(first))]);
        return Http2.StartsWithSettings(first)
            ? ("Port.ConsulGrpc", [("answer", "HTTP/2 SETTINGS")])
            : ("Tls.NotTls", [("answer", Printable(first))]);
    }

    /// <summary>The first line of an answer, with everything that is no visible ASCII shown as a dot.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var one in bytes)
        {
            if (one is (byte)'\r' or (byte)'\n') break;
            text.Append(one is >= 0x20 and < 0x7F ? (char)one : '.');
        }
        return text.ToString();
    }

    private static IReadOnlyList<string> Issuers(DialTrace trace, TlsTap tap) => trace.AcceptableIssuers.Count > 0 || tap.AcceptableIssuers.Count == 0
        ? trace.AcceptableIssuers
        : tap.AcceptableIssuers.Select(name => new X500DistinguishedName(name).Name).ToArray();

    private static string Offer(TlsTap tap) =>
        $"offered {TlsVersion.NamesOf(tap.OfferedVersions)} with {string.Join(", ", tap.OfferedSuites.Select(TlsPlatform.SuiteName))}";

    private static string? VersionOf(TlsTap tap) => tap.Version is { } version ? TlsVersion.NameOf(version) : null;

    private static string PhaseOf(TlsTap tap) => tap.Version is not null ? "after ServerHello" : tap.ClientHelloSent ? "after ClientHello" : "before ClientHello";

    // End of stream or reset depends on who wins a race, so both carry one code; which it was is told.
    private static string EndOf(Exception? failure) =>
        TransportFailures.Find<System.Net.Sockets.SocketException>(failure) is { } socket ? socket.SocketErrorCode.ToString() : "end of stream";
}
