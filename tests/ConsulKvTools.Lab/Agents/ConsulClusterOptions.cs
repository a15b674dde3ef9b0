namespace ConsulKvTools.Lab;

/// <summary>What kind of cluster to start.</summary>
public sealed record ConsulClusterOptions
{
    /// <summary>How many servers: 1, 3 or 5.</summary>
    public int Servers { get; set; } = 3;

    /// <summary>How many client agents besides.</summary>
    public int Clients { get; set; }

    /// <summary>What all agents have in common; names, roles, addresses and joining are filled in.</summary>
    public ConsulAgentOptions Agent { get; set; } = new();

    /// <summary>The client agents' ACL settings where they differ from the servers'; null takes the servers'.</summary>
    public AgentAclOptions? ClientAcl { get; set; }

    /// <summary>True starts the client agents without ACLs in front of servers that enforce them.</summary>
    public bool ClientsWithoutAcl { get; set; }

    /// <summary>A cluster whose servers these join over the WAN, as a second datacenter; null stands alone.</summary>
    public ConsulCluster? JoinWan { get; set; }
}
