using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Acl;

/// <summary>Asks Consul itself what a token may do: <c>POST /v1/internal/acl/authorize</c>, which the UI uses (1.7 and later, undocumented).</summary>
internal static class AclAuthorizer
{
    // "Refusing to process more than 64 authorizations at once" (1.8.7).
    private const int MostAtOnce = 64;

    /// <summary>The answers in the order of the questions; null when this agent cannot be asked (ACLs off there, endpoint absent or blocked).</summary>
    /// <exception cref="ConsulAclException">The token itself is not accepted.</exception>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public static Task<IReadOnlyList<bool>?> AskAsync(ConsulKvSession session, IReadOnlyList<AclQuestion> questions, CancellationToken cancellation) =>
        AskAsync(session, Queries.SendAsync, questions, withToken: true, cancellation);

    /// <summary>As the other, in a caller's own way of sending, and with or without the session's token.</summary>
    public static async Task<IReadOnlyList<bool>?> AskAsync(
        ConsulKvSession session, AclSend send, IReadOnlyList<AclQuestion> questions, bool withToken, CancellationToken cancellation)
    {
        var answers = new List<bool>(questions.Count);
        while (answers.Count < questions.Count)
        {
            var some = questions.Skip(answers.Count).Take(MostAtOnce).ToArray();
            if (await AskSomeAsync(session, send, some, withToken, cancellation).ConfigureAwait(false) is not { } said) return null;
            answers.AddRange(said);
        }
        return answers;
    }

    private static async Task<bool[]?> AskSomeAsync(ConsulKvSession session, AclSend send, AclQuestion[] questions, bool withToken, CancellationToken cancellation)
    {
        var request = new ConsulRequest { Method = "POST", Path = "/v1/internal/acl/authorize", Body = Write(questions), SendToken = withToken };
        ConsulFinding FindingOf(ConsulResponse answer) => Classifier.Classify(answer, request, session, null).Finding;
        var response = await send(session, request,
            answer => answer.Status is 200 or 400 or 401 or 403 or 404 or 405 || (answer.Status == 500 && FindingOf(answer).Layer is not ConsulLayer.Cluster), null, cancellation).ConfigureAwait(false);
        if (response.Status is 403 or 500 && FindingOf(response) is { Layer: ConsulLayer.Acl } denied) throw new ConsulAclException(denied);
        if (response.Status != 200) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            var allowed = document.RootElement.EnumerateArray().Select(row => row.GetProperty("Allow").GetBoolean()).ToArray();
            return allowed.Length == questions.Length ? allowed : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static byte[] Write(AclQuestion[] questions)
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
