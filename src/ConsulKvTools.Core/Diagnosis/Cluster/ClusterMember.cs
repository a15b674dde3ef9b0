using System.Text.Json;

namespace ConsulKvTools.Diagnosis.Cluster;

/// <summary>One row of <c>/v1/agent/members</c>: what the gossip knows of an agent.</summary>
internal sealed record ClusterMember
{
    private const int Alive = 1;
    private const int Leaving = 2;
    private const int Left = 3;

    /// <summary>The node's name; in the WAN gossip with its datacenter behind a dot.</summary>
    public required string Name { get; init; }

    /// <summary>True for a server.</summary>
    public bool IsServer { get; init; }

    /// <summary>Its datacenter; null when it did not say.</summary>
    public string? Datacenter { get; init; }

    /// <summary>host:port of its RPC, as status/leader and status/peers name it; null for client agents.</summary>
    public string? RpcAddress { get; init; }

    /// <summary>The gossip's status: 1 alive, 2 leaving, 3 left, 4 failed.</summary>
    public int Status { get; init; }

    /// <summary>Its bootstrap_expect; null when it has none.</summary>
    public string? Expect { get; init; }

    /// <summary>True when it was told to form a cluster by itself (bootstrap, or bootstrap_expect = 1).</summary>
    public bool Bootstraps { get; init; }

    /// <summary>True when it speaks TLS between agents.</summary>
    public bool UsesTls { get; init; }

    /// <summary>True while the others hear of it.</summary>
    public bool IsAlive => Status == Alive;

    /// <summary>True while it leaves.</summary>
    public bool IsSayingGoodbye => Status == Leaving;

    /// <summary>True when it says goodbye or has done so.</summary>
    public bool IsLeaving => Status is Leaving or Left;

    /// <exception cref="InvalidOperationException">The row is not what Consul sends.</exception>
    /// <exception cref="KeyNotFoundException">The row lacks a part.</exception>
    public static ClusterMember Read(JsonElement row)
    {
        var tags = row.GetProperty("Tags");
        var server = Tag(tags, "role") == "consul";
        return new ClusterMember
        {
            Name = Printable.Text(row.GetProperty("Name").GetString(), 120),
            IsServer = server,
            Datacenter = Tag(tags, "dc"),
            RpcAddress = server && Tag(tags, "port") is { } port ? Authority(row.GetProperty("Addr").GetString(), port) : null,
            Status = row.GetProperty("Status").GetInt32(),
            Expect = Tag(tags, "expect"),
            Bootstraps = Tag(tags, "bootstrap") == "1",
            UsesTls = Tag(tags, "use_tls") == "1",
        };
    }

    private static string? Authority(string? host, string port) =>
        host is null ? null : Printable.Text(host.IndexOf(':') >= 0 ? $"[{host}]:{port}" : $"{host}:{port}", 120);

    private static string? Tag(JsonElement tags, string name) =>
        tags.TryGetProperty(name, out var value) && value.GetString() is { } text ? Printable.Text(text, 120) : null;
}
