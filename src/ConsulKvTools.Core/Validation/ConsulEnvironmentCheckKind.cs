namespace ConsulKvTools;

/// <summary>What a check of an environment looks at. The names are those of the sections that describe an environment.</summary>
public enum ConsulEnvironmentCheckKind
{
    /// <summary>Whether the description itself can be understood: one check for each thing in it that cannot.</summary>
    Description,

    /// <summary>Whether an agent can be reached, and how fast it answers.</summary>
    Agents,

    /// <summary>Leader, servers, version and datacenters.</summary>
    Cluster,

    /// <summary>How long an agent's certificate is still good.</summary>
    Tls,

    /// <summary>What a token may and may not do.</summary>
    Access,

    /// <summary>Keys that must or must not be there, and their values.</summary>
    Keys,

    /// <summary>Whether agents or datacenters hold the same keys.</summary>
    Replication,

    /// <summary>Whether a whole diagnosis is healthy.</summary>
    Diagnosis,

    /// <summary>Whether one key can be written, read and removed. The only check that changes anything.</summary>
    Canary,
}
