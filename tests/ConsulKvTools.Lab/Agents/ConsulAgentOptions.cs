namespace ConsulKvTools.Lab;

/// <summary>What kind of agent to start. The defaults are one healthy server without ACLs and TLS.</summary>
public sealed record ConsulAgentOptions
{
    /// <summary>The consul executable; null finds one with <see cref="ConsulBinary.Locate"/>.</summary>
    public string? Executable { get; set; }

    /// <summary>The node's name; null makes one up.</summary>
    public string? NodeName { get; set; }

    /// <summary>The loopback address that every interface of the agent listens on.</summary>
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>The datacenter.</summary>
    public string Datacenter { get; set; } = "dc1";

    /// <summary>True for a server, false for a client agent, which needs <see cref="RetryJoin"/>.</summary>
    public bool Server { get; set; } = true;

    /// <summary>How many servers must meet before the first leader is elected; 0 for a server that joins an existing cluster.</summary>
    public int BootstrapExpect { get; set; } = 1;

    /// <summary>
    /// Starts with <c>-dev</c>: a leader in a third of a second instead of one to two, but nothing is written to disk, so the data do not
    /// survive <see cref="ConsulAgent.RestartAsync"/>. Only for a single server.
    /// </summary>
    public bool InMemory { get; set; }

    /// <summary>Gossip addresses (host:port) to join in the datacenter.</summary>
    public IReadOnlyList<string> RetryJoin { get; set; } = [];

    /// <summary>Gossip addresses (host:port) to join in other datacenters.</summary>
    public IReadOnlyList<string> RetryJoinWan { get; set; } = [];

    /// <summary>The datacenter that holds the ACLs; null means the agent's own.</summary>
    public string? PrimaryDatacenter { get; set; }

    /// <summary>ACLs; null leaves them off.</summary>
    public AgentAclOptions? Acl { get; set; }

    /// <summary>TLS; null leaves the HTTPS port off.</summary>
    public AgentTlsOptions? Tls { get; set; }

    /// <summary>True also serves the HTTP API on <see cref="ConsulAgent.UnixSocketPath"/>. Not on Windows.</summary>
    public bool UnixSocket { get; set; }

    /// <summary>True switches the plain HTTP port off; what remains is HTTPS or the unix socket.</summary>
    public bool DisableHttp { get; set; }

    /// <summary>
    /// A JSON object laid over the generated configuration, member by member; arrays and plain values replace. Anything Consul knows
    /// may stand here: <c>{"limits":{"http_max_conns_per_client":2}}</c>.
    /// </summary>
    public string? ExtraConfig { get; set; }

    /// <summary>Consul's log level.</summary>
    public string LogLevel { get; set; } = "info";

    /// <summary>Environment variables for the agent; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; set; }

    /// <summary>Words put before the executable, for example to run it in a network namespace.</summary>
    public IReadOnlyList<string> CommandPrefix { get; set; } = [];

    /// <summary>How long starting may take, the first leader included.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>False returns as soon as HTTP answers, leader or not.</summary>
    public bool WaitForLeader { get; set; } = true;
}
