using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Acl;

/// <summary>Asks Consul itself what a token may do: <c>POST /v1/internal/acl/authorize</c>, which the UI uses (1.7 and later, undocumented).</summary>
internal static class AclAuthorizer
{
    /// <summary>The answers in the order of the questions; null when this agent cannot be asked (ACLs off there, endpoint absent or blocked).</summary>
    /// <exception cref="ConsulAclException">The token itself is not accepted.</exception>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public static async Task<IReadOnlyList<bool>?> AskAsync(ConsulKvSession session, IReadOnlyList<AclQuestion> questions, CancellationToken cancellation)
    {
        var request = new ConsulRequest { Method = "POST", Path = "/v1/internal/acl/authorize", Body = Write(questions) };
        var response = await Queries.SendAsync(session, request, answer => answer.Status is 200 or 400 or 401 or 403 or 404 or 405 or 500, null, cancellation).ConfigureAwait(false);
        if (response.Status == 403 && Classifier.Classify(response, request, session.HasToken, null) is { Finding.Layer: ConsulLayer.Acl } denied)
            throw new ConsulAclException(denied.Finding);
        if (response.Status != 200) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            var allowed = document.RootElement.EnumerateArray().Select(row => row.GetProperty("Allow").GetBoolean()).ToArray();
            return allowed.Length == questions.Count ? allowed : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static byte[] Write(IReadOnlyList<AclQuestion> questions)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var question in questions)
            {
                json.WriteStartObject();
                json.WriteString("Resource", question.Resource);
                json.WriteString("Access", question.Access);
                json.WriteString("Segment", question.Segment);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return buffer.ToArray();
    }
}
