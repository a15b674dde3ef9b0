using System.Text.Json;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>What an agent says it takes; null for what it does not say, as without <c>agent:read</c>.</summary>
/// <param name="Operations">Operations of a transaction, known from its version.</param>
/// <param name="TransactionBytes">Bytes of a transaction's body.</param>
/// <param name="ValueBytes">Bytes of a value.</param>
internal sealed record AgentLimits(int? Operations, long? TransactionBytes, long? ValueBytes)
{
    public const int OperationsOfOld = 64;
    public const int OperationsOfNew = 128;
    public const long DefaultBytes = 512 * 1024;

    /// <summary>The agent's version; null when it did not say, as to a token without agent:read.</summary>
    public Version? Version { get; init; }

    private static readonly Version MoreOperations = new(1, 14);
    private static readonly TimeSpan QuestionTime = TimeSpan.FromSeconds(2);

    /// <summary>Asks the agent. No answer is no error: whoever asks has the defaults.</summary>
    public static async Task<AgentLimits> AskAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        try
        {
            var answer = await session.Http.SendAsync(ConsulRequest.Get("/v1/agent/self") with { SendScope = false }, QuestionTime, cancellation).ConfigureAwait(false);
            if (answer.Status != 200) return new(null, null, null);
            using var document = JsonDocument.Parse(answer.Body);
            var version = document.RootElement.TryGetProperty("Config", out var config) && config.TryGetProperty("Version", out var text) ? text.GetString() : null;
            int? operations = Version.TryParse(version?.Split('-', '+')[0], out var known) ? known >= MoreOperations ? OperationsOfNew : OperationsOfOld : null;
            return new(operations, Positive(document.RootElement, "TxnMaxReqLen"), Positive(document.RootElement, "KVMaxValueSize")) { Version = known };
        }
        catch (Exception error) when (error is ConsulTransportException or JsonException or InvalidOperationException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The question is a courtesy: what is sent next meets the same trouble, and says so.
            return new(null, null, null);
        }
    }

    private static long? Positive(JsonElement root, string name) =>
        root.TryGetProperty("DebugConfig", out var debug) && debug.TryGetProperty(name, out var limit) && limit.TryGetInt64(out var number) && number > 0 ? number : null;
}
