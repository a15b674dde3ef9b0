using System.Text;
using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>What the agent behind a plain port that was taken for an HTTPS one says of its HTTPS port. Asked without a token.</summary>
internal static class PlainAgent
{
    private const int Limit = 256 * 1024;

    /// <summary>The port; -1 when HTTPS is off; null when the agent does not tell strangers.</summary>
    public static async Task<int?> HttpsPortAsync(DialTarget target, TimeSpan patience, CancellationToken cancellation)
    {
        var plain = target with { Endpoint = target.Endpoint with { UseTls = false } };
        // HTTP/1.0: the body comes in one piece and ends with the connection.
        var question = Encoding.ASCII.GetBytes($"GET /v1/agent/self HTTP/1.0\r\nHost: {target.Endpoint.Authority}\r\nUser-Agent: ConsulKvTools\r\n\r\n");
        var answer = await RawQuestion.AskAsync(plain, question, patience, _ => false, cancellation, Limit).ConfigureAwait(false);
        if (answer is null || ProxyAnswer.Parse(answer.Bytes).Status != 200) return null;
        var body = answer.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        try
        {
            using var document = JsonDocument.Parse(answer.Bytes.AsMemory(body));
            return document.RootElement.GetProperty("DebugConfig").GetProperty("HTTPSPort").GetInt32();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
