using System.Text;
using System.Text.Json;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Acl;

/// <summary>How a question is sent: a command tries again as its session's policy says, a probe asks once.</summary>
/// <exception cref="ConsulException">No answer could be had.</exception>
internal delegate Task<ConsulResponse> AclSend(
    ConsulKvSession session, ConsulRequest request, Func<ConsulResponse, bool> isAnswer, string? key, CancellationToken cancellation);

/// <summary>The questions about ACLs that one session asks. None of them changes anything.</summary>
internal sealed class AclClient(ConsulKvSession session, AclSend? send = null)
{
    private const ulong NoSuchIndex = ulong.MaxValue;

    // No such behaviour: Consul checks the right first and refuses the session afterwards.
    private static readonly byte[] ImpossibleSession = Encoding.UTF8.GetBytes("""{"Behavior":"consulkvtools-asks-only"}""");

    private readonly AclSend send = send ?? Queries.SendAsync;

    public ConsulKvSession Session { get; } = session;

    /// <summary>The answer whatever its status.</summary>
    public Task<ConsulResponse> GetAsync(string path, CancellationToken cancellation, bool scoped = false, bool withToken = true, string query = "") =>
        send(Session, ConsulRequest.Get(path, query) with { SendScope = scoped, SendToken = withToken }, _ => true, null, cancellation);

    /// <summary>A JSON object or list; null when the agent refuses it or cannot give it now.</summary>
    public async Task<JsonDocument?> TryReadAsync(string path, CancellationToken cancellation, bool scoped = false, bool withToken = true, string query = "")
    {
        try
        {
            var response = await GetAsync(path, cancellation, scoped, withToken, query).ConfigureAwait(false);
            return response.Status == 200 ? JsonDocument.Parse(response.Body) : null;
        }
        catch (Exception error) when (error is ConsulException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="AclAuthorizer.AskAsync(ConsulKvSession, IReadOnlyList{AclQuestion}, CancellationToken)"/>.</summary>
    public Task<IReadOnlyList<bool>?> AskAsync(IReadOnlyList<AclQuestion> questions, CancellationToken cancellation, bool withToken = true) =>
        AclAuthorizer.AskAsync(Session, send, questions, withToken, cancellation);

    /// <summary>As <see cref="AskAsync"/>, but null also when there is no answer at all: for questions that only explain.</summary>
    public async Task<IReadOnlyList<bool>?> TryAskAsync(IReadOnlyList<AclQuestion> questions, CancellationToken cancellation, bool withToken = true)
    {
        try
        {
            return await AskAsync(questions, cancellation, withToken).ConfigureAwait(false);
        }
        catch (ConsulException)
        {
            return null;
        }
    }

    /// <summary>A write against an index that no key has: checked for the right, committed, and answered <c>false</c>. Null means allowed, else why not.</summary>
    public Task<ConsulFinding?> NoOpWriteAsync(string key, bool delete, CancellationToken cancellation) =>
        DenialAsync(new ConsulRequest
        {
            Method = delete ? "DELETE" : "PUT", Path = KvKey.Path(key), Query = "cas=" + NoSuchIndex.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Body = delete ? null : ReadOnlyMemory<byte>.Empty,
        }, answer => answer.Status == 200, key, cancellation);

    /// <summary>Asks for a lock session that cannot be. Null means that the token may make one, else why not.</summary>
    public Task<ConsulFinding?> NoOpSessionAsync(CancellationToken cancellation) =>
        DenialAsync(new ConsulRequest { Method = "PUT", Path = "/v1/session/create", Body = ImpossibleSession },
            answer => answer.Status is 400 or 500 && answer.Text.IndexOf("Invalid Behavior", StringComparison.Ordinal) >= 0, null, cancellation);

    /// <summary>Reads a key. Null means allowed, whether the key exists or not.</summary>
    public Task<ConsulFinding?> ReadAsync(string key, CancellationToken cancellation) =>
        DenialAsync(ConsulRequest.Get(KvKey.Path(key)), answer => answer.Status == 200 || (answer.Status == 404 && answer.Index is not null), key, cancellation);

    /// <summary>Lists one level below a prefix. Null means not refused; <paramref name="found"/> is told whether anything was shown.</summary>
    public Task<ConsulFinding?> ListAsync(string prefix, Action<bool> found, CancellationToken cancellation) =>
        DenialAsync(ConsulRequest.Get(KvKey.PrefixPath(prefix), "keys&separator=%2F"), answer =>
        {
            if (answer.Status == 200) found(answer.Text is not ("" or "[]" or "null"));
            return answer.Status == 200 || (answer.Status == 404 && answer.Index is not null);
        }, prefix, cancellation);

    private async Task<ConsulFinding?> DenialAsync(ConsulRequest request, Func<ConsulResponse, bool> isAllowed, string? key, CancellationToken cancellation)
    {
        ConsulFinding? denial = null;
        await send(Session, request, answer =>
        {
            if (isAllowed(answer)) return true;
            var finding = Classifier.Classify(answer, request, Session, key).Finding;
            if (finding.Layer != ConsulLayer.Acl) return false;
            denial = finding;
            return true;
        }, key, cancellation).ConfigureAwait(false);
        return denial;
    }
}
