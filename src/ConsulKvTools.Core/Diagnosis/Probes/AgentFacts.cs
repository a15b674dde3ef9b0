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
internal sealed record AgentFacts(
    string? Version, bool? IsServer, string? Datacenter, string? Node, long? MaxValueSize, long? MaxConnectionsPerClient,
    IReadOnlyList<string> PlainAddresses, bool? VerifiesClients)
{
    private static readonly Version FirstWithPartitions = new(1, 11);

    /// <summary>True for a version that does not know the parameter <c>partition</c> and ignores it; false for a newer or unknown one.</summary>
    public bool IgnoresPartitions => System.Version.TryParse((Version ?? "").Split('-', '+')[0], out var version) && version < FirstWithPartitions;
}
