namespace ConsulKvTools.Lab;

/// <summary>An agent's ACL settings.</summary>
public sealed record AgentAclOptions
{
    /// <summary><c>deny</c> or <c>allow</c>: what a request may do that no rule speaks of.</summary>
    public string DefaultPolicy { get; set; } = "deny";

    /// <summary>The secret of the token that may do everything, set from the start; null leaves the ACL system not bootstrapped.</summary>
    public string? ManagementToken { get; set; } = Guid.NewGuid().ToString();

    /// <summary>The secret the agent uses for its own registration; null uses <see cref="ManagementToken"/>, an empty string none.</summary>
    public string? AgentToken { get; set; }

    /// <summary>The secret the agent uses for requests that bring none (<c>acl.tokens.default</c>).</summary>
    public string? DefaultToken { get; set; }

    /// <summary>The secret that lets a secondary datacenter copy ACLs from the primary.</summary>
    public string? ReplicationToken { get; set; }

    /// <summary>True copies tokens, not only policies, to a secondary datacenter.</summary>
    public bool TokenReplication { get; set; }

    /// <summary><c>allow</c>, <c>deny</c>, <c>extend-cache</c> or <c>async-cache</c>; null leaves Consul's default.</summary>
    public string? DownPolicy { get; set; }

    /// <summary>True asks for <c>list</c> permission on recursive reads (<c>enable_key_list_policy</c>).</summary>
    public bool KeyListPolicy { get; set; }

    /// <summary>How long the agent remembers what a token may do, in Go's form; null leaves Consul's 30s.</summary>
    public string? TokenTtl { get; set; }
}
