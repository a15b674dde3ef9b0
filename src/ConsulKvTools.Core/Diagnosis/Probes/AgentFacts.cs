namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>What the agent says about itself; null where it does not.</summary>
/// <param name="Version">Consul's version.</param>
/// <param name="IsServer">False for a client agent.</param>
/// <param name="Datacenter">Its datacenter.</param>
/// <param name="Node">Its node name.</param>
/// <param name="MaxValueSize">Bytes a value may have.</param>
/// <param name="MaxConnectionsPerClient">Connections one address may have open.</param>
/// <param name="DataFolder">Where it keeps its data; empty in memory.</param>
/// <param name="NodeId">Its node's id.</param>
internal sealed record AgentFacts(
    string? Version, bool? IsServer, string? Datacenter, string? Node, long? MaxValueSize, long? MaxConnectionsPerClient, string? DataFolder, string? NodeId);
