using System.Text;

namespace ConsulKvTools.Lab;

/// <summary>One HTTP request exactly as it arrived.</summary>
public sealed record RecordedRequest
{
    /// <summary>The method as sent.</summary>
    public required string Method { get; init; }

    /// <summary>The request target as sent, neither decoded nor normalised: <c>/v1/kv/a%2Fb?cas=0</c>, or an absolute URI to a proxy.</summary>
    public required string Target { get; init; }

    /// <summary>The protocol of the request line: <c>HTTP/1.1</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The headers in order, repetitions included.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The body without any chunk framing.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Everything from the request line to the body's last byte as it came over the wire.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>When its last byte had arrived.</summary>
    public DateTimeOffset ReceivedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Which connection brought it, counted from 1: equal numbers mean a reused connection.</summary>
    public int Connection { get; init; }

    /// <summary>The client's end of the connection, address and port.</summary>
    public string Client { get; init; } = "";

    /// <summary>The target without the query.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The query without the question mark; empty when there is none.</summary>
    public string Query => Target.Split('?', 2) is [_, var query] ? query : "";

    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The first header of that name, whatever its case; null when there is none.</summary>
    public string? Header(string name) =>
        Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();

    /// <summary>Method and target.</summary>
    public override string ToString() => $"{Method} {Target}";
}
