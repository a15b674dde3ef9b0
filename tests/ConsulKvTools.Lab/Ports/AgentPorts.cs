namespace ConsulKvTools.Lab;

/// <summary>The ports one agent uses; -1 means switched off.</summary>
public sealed record AgentPorts
{
    /// <summary>The HTTP API in clear text.</summary>
    public int Http { get; init; } = -1;

    /// <summary>The HTTP API over TLS.</summary>
    public int Https { get; init; } = -1;

    /// <summary>gRPC in clear text.</summary>
    public int Grpc { get; init; } = -1;

    /// <summary>gRPC over TLS; earlier versions than 1.14 do not listen on it.</summary>
    public int GrpcTls { get; init; } = -1;

    /// <summary>The DNS interface, TCP and UDP.</summary>
    public int Dns { get; init; } = -1;

    /// <summary>Gossip within the datacenter.</summary>
    public int SerfLan { get; init; } = -1;

    /// <summary>Gossip between datacenters.</summary>
    public int SerfWan { get; init; } = -1;

    /// <summary>RPC and Raft between servers.</summary>
    public int Server { get; init; } = -1;

    /// <summary>A reserved port on which nothing listens: connecting to it is refused.</summary>
    public int Unused { get; init; } = -1;
}
