namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What the agent says about itself; null where it does not.</summary>
/// <param name="Version">Consul's version.</param>
/// <param name="IsServer">False for a client agent.</param>
/// <param name="Datacenter">Its datacenter.</param>
/// <param name="Node">Its node name.</param>
/// <param name="MaxValueSize">Bytes a value may have.</param>
/// <param name="MaxConnectionsPerClient">Connections one address may have open.</param>
/// <param name="PlainAddresses">Where it serves plain HTTP, as <c>tcp://ip:port</c> or <c>unix://path</c>; empty when nowhere, or not told.</param>
/// <param name="VerifiesClients">Whether its HTTPS port demands client certificates.</param>
/// <param name="DataFolder">Where it keeps its data; empty in memory.</param>
/// <param name="NodeId">Its node's id.</param>
internal sealed record AgentFacts(
    string? Version, bool? IsServer, string? Datacenter, string? Node, long? MaxValueSize, long? MaxConnectionsPerClient,
    IReadOnlyList<string> PlainAddresses, bool? VerifiesClients, string? DataFolder, string? NodeId)
{
    private static readonly Version FirstWithPartitions = new(1, 11);

    /// <summary>True for a version that does not know the parameter <c>partition</c> and ignores it; false for a newer or unknown one.</summary>
    public bool IgnoresPartitions => System.Version.TryParse((Version ?? "").Split('-', '+')[0], out var version) && version < FirstWithPartitions;

    /// <summary>True when its gossip is encrypted.</summary>
    public bool? GossipEncrypted { get; init; }

    /// <summary>True when it was told of agents to join, and so keeps trying.</summary>
    public bool? KeepsJoining { get; init; }

    /// <summary>True when it encrypts its calls to servers (verify_outgoing).</summary>
    public bool? EncryptsRpc { get; init; }

    /// <summary>False on a server that has heard of no leader since it was started.</summary>
    public bool? HeardOfLeader { get; init; }

    /// <summary>A server's last Raft entry known to be stored by most servers; 0 after a start, until a leader says more.</summary>
    public long? CommitIndex { get; init; }

    /// <summary>A server's last Raft entry on its own disk; 0 before the first election ever.</summary>
    public long? LastLogIndex { get; init; }
}
