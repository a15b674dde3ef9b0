using System.Globalization;
using System.Text;

namespace ConsulKvTools.Http;

/// <summary>What the agent answered, whatever the status.</summary>
internal sealed class ConsulResponse(int status, Version version, IReadOnlyDictionary<string, string> headers, byte[] body, RequestTimings timings, AnswerMask? mask = null)
{
    /// <summary>HTTP status code.</summary>
    public int Status { get; } = status;

    /// <summary>HTTP version of the answer: Go answers HTTP/1.0 to plain HTTP on a TLS port.</summary>
    public Version HttpVersion { get; } = version;

    /// <summary>Headers of answer and content; several values joined by a comma; names in any letter case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; } = headers;

    /// <summary>The whole body.</summary>
    public byte[] Body { get; } = body;

    /// <summary>How long it took.</summary>
    public RequestTimings Timings { get; } = timings;

    /// <summary>True for 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as text, the end's line break dropped.</summary>
    public string Text => Encoding.UTF8.GetString(Body).TrimEnd('\r', '\n');

    /// <summary>Takes secrets out of what is shown of this answer.</summary>
    public AnswerMask Mask { get; } = mask ?? AnswerMask.General;

    /// <summary>The body's beginning as it may be shown: <see cref="Text"/> without secrets.</summary>
    public string ShownText => Mask.Of(Text);

    /// <summary><c>X-Consul-Index</c>; null when absent. A 404 with it is a missing key, without it a wrong path or a proxy.</summary>
    public ulong? Index => Header("X-Consul-Index") is { } text && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary><c>X-Consul-KnownLeader</c>; null when absent.</summary>
    public bool? KnownLeader => Header("X-Consul-KnownLeader") switch { "true" => true, "false" => false, _ => null };

    /// <summary><c>X-Consul-LastContact</c>: since the answering server heard of the leader; null when absent.</summary>
    public TimeSpan? LastContact =>
        Header("X-Consul-LastContact") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary><c>X-Consul-Results-Filtered-By-ACLs</c> (1.11 and later, only when a token was sent).</summary>
    public bool FilteredByAcls => Header("X-Consul-Results-Filtered-By-ACLs") == "true";

    /// <summary>True when a header that only Consul sends is there.</summary>
    public bool HasConsulHeader => Headers.Keys.Any(name => name.StartsWith("X-Consul-", StringComparison.OrdinalIgnoreCase));

    /// <summary>The header's value without secrets; null when absent.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? IsOwn(name) ? value : Mask.Of(value) : null;

    // Consul's own are read as numbers and words with every answer, and never shown as they are.
    private static bool IsOwn(string name) => name.StartsWith("X-Consul-", StringComparison.OrdinalIgnoreCase);
}
