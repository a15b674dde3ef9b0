using System.Net;

namespace ConsulKvTools.Http;

/// <summary>What HttpClient says about an answer that is no proper HTTP.</summary>
internal static class HttpShape
{
    /// <summary>The code; null when it is not about the answer's shape.</summary>
    public static string? CodeOf(Exception failure, bool answerBegun) => TransportFailures.Find<WebException>(failure)?.Status switch
    {
        WebExceptionStatus.NameResolutionFailure => "Dns.NameNotFound",
        WebExceptionStatus.ProxyNameResolutionFailure => "Proxy.NameNotFound",
        WebExceptionStatus.ReceiveFailure or WebExceptionStatus.ConnectionClosed or WebExceptionStatus.KeepAliveFailure =>
            answerBegun ? "Http.ResponseTruncated" : "Http.EmptyReply",
        WebExceptionStatus.MessageLengthLimitExceeded when !answerBegun => "Http.HeadersTooLarge",
        WebExceptionStatus.ServerProtocolViolation => "Http.NotConsul",
        WebExceptionStatus.Timeout or WebExceptionStatus.RequestCanceled => "Http.ResponseTimeout",
        _ => null,
    };
}
