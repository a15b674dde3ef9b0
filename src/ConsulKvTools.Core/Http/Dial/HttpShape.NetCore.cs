using System.Net.Http;

namespace ConsulKvTools.Http;

/// <summary>What HttpClient says about an answer that is no proper HTTP.</summary>
internal static class HttpShape
{
    /// <summary>The code; null when it is not about the answer's shape.</summary>
    public static string? CodeOf(Exception failure, bool answerBegun) => ErrorOf(failure) switch
    {
        HttpRequestError.ResponseEnded => answerBegun ? "Http.ResponseTruncated" : "Http.EmptyReply",
        HttpRequestError.InvalidResponse => answerBegun ? "Http.ResponseTruncated" : "Http.NotConsul",
        HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError => "Http.ProtocolMismatch",
        // The one limit there is: on the headers of an answer.
        HttpRequestError.ConfigurationLimitExceeded when !answerBegun => "Http.HeadersTooLarge",
        _ => null,
    };

    private static HttpRequestError? ErrorOf(Exception failure)
    {
        if (TransportFailures.Find<HttpIOException>(failure) is { } io) return io.HttpRequestError;
        return TransportFailures.Find<HttpRequestException>(failure)?.HttpRequestError;
    }
}
