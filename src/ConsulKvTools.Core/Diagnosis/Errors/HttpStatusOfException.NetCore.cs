using System.Net;
using System.Net.Http;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>The status that an HTTP client's exception carries.</summary>
internal static class HttpStatusOfException
{
    /// <summary>The status; null when the exception carries none.</summary>
    public static int? Of(Exception failure) => failure switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status,
        WebException { Response: HttpWebResponse response } => (int)response.StatusCode,
        _ => null,
    };
}
