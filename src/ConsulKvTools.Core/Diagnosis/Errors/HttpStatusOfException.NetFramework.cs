using System.Net;

namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>The status that an HTTP client's exception carries. HttpRequestException has none before .NET 5.</summary>
internal static class HttpStatusOfException
{
    /// <summary>The status; null when the exception carries none.</summary>
    public static int? Of(Exception failure) => failure is WebException { Response: HttpWebResponse response } ? (int)response.StatusCode : null;
}
