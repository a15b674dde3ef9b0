using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Turns an exception of any .NET client into a finding: by type and number; by its text only where neither says enough.</summary>
internal static class ErrorExceptions
{
    /// <summary>The finding of <paramref name="failure"/>; null when it is not recognised.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="body">The answer's body, where whoever caught it still has it; null when not.</param>
    /// <param name="method">The request's method; null when it is not known.</param>
    /// <param name="url">Where the request went; null when it is not known.</param>
    public static ConsulFinding? Resolve(Exception failure, string? body = null, string? method = null, Uri? url = null)
    {
        if (TransportFailures.Find<ConsulException>(failure) is { } own) return own.Finding;
        if (TransportFailures.Find<ConsulTransportException>(failure) is { } transport) return transport.ToFinding();

        var request = url is null ? null : RequestMention.Of($"{method} {SecretMask.Apply(url.OriginalString)}");
        var text = ErrorTexts.Show(failure.Message);
        var known = OfStatus(failure, body, request ?? new RequestMention()) ?? OfNumbers(failure, request);
        if (known is null || known.IsGeneral)
        {
            var told = OfTexts(failure, request);
            known = known is null || told is null ? known ?? told : known.CausedBy(told);
        }
        return known?.ToFinding(("text", text), ("exception", failure.GetType().FullName), ("client", ".NET"));
    }

    private static RecognisedError? OfStatus(Exception failure, string? body, RequestMention request)
    {
        for (var link = failure; link is not null; link = link.InnerException)
            if (HttpStatusOfException.Of(link) is { } status)
                return ErrorTexts.OfAnswer(status, string.IsNullOrEmpty(body) ? null : SecretMask.Apply(body!), request);
        return null;
    }

    private static RecognisedError? OfNumbers(Exception failure, RequestMention? request)
    {
        var socket = TransportFailures.Find<SocketException>(failure);
        var alert = NativeTlsError.AlertOf(failure);
        // A time-out closes the socket: what the socket then says is the consequence.
        var timedOut = TransportFailures.Find<TimeoutException>(failure) is not null;
        DialPhase? phase = (socket?.SocketErrorCode, timedOut) switch
        {
            (_, true) => DialPhase.Receive,
            (SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery, _) => DialPhase.Name,
            (SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown or SocketError.AccessDenied
                or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressAlreadyInUse or SocketError.TimedOut, _) => DialPhase.Connect,
            (not null, _) => TransportFailures.Find<AuthenticationException>(failure) is null ? DialPhase.Receive : DialPhase.Tls,
            _ when alert is not null => DialPhase.Receive,
            _ when HttpShape.CodeOf(failure, answerBegun: false) is not null => DialPhase.Receive,
            _ => null,
        };
        if (phase is null) return null;
        // While the handshake runs an alert may be about anything; that it is about the client's certificate is known only from one that says so.
        var code = alert is { } number && TransportFailures.Find<AuthenticationException>(failure) is not null && number != TlsAlert.CertificateRequired
            ? TlsAlert.CodeOf(number)
            : timedOut ? "Http.ResponseTimeout"
            : TransportFailures.Classify(failure, phase.Value).Code;
        var evidence = new List<(string, object?)> { ("problem", socket is null || timedOut ? null : socket.SocketErrorCode.ToString()), ("alert", alert is { } known ? TlsAlert.Describe(known) : null) };
        var mention = Mentions(failure, request);
        evidence.AddRange(mention.Evidence());
        return new RecognisedError(code, evidence, mention);
    }

    private static RecognisedError? OfTexts(Exception failure, RequestMention? request)
    {
        RecognisedError? known = null;
        var context = request;
        for (var link = failure; link is not null; link = link.InnerException)
            foreach (var line in link.Message.Split('\n'))
            {
                if (ErrorTexts.Recognise(line, context) is not { } told) continue;
                known = known is null ? told : known.CausedBy(told);
                context = told.Request.Within(context);
            }
        return known;
    }

    // HttpClient puts host and port into its message, and nowhere else. They are evidence; nothing is decided by them.
    private static RequestMention Mentions(Exception failure, RequestMention? request)
    {
        for (var link = failure; link is not null; link = link.InnerException)
            request = RequestMention.Of(SecretMask.Apply(link.Message)).Within(request);
        return request ?? new RequestMention();
    }
}
