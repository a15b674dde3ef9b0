using ConsulKvTools.Acl.Rules;

namespace ConsulKvTools.Acl.Evaluation;

/// <summary>One policy of a token.</summary>
/// <param name="Name">Its name; for the identities Consul makes policies of, <c>service-identity:web</c> and the like.</param>
/// <param name="Rules">Its rules in force.</param>
internal sealed record AclPolicy(string Name, IReadOnlyList<AclRule> Rules)
{
    /// <summary>Stanzas with names that Consul ignores.</summary>
    public IReadOnlyList<AclRule> Unknown { get; init; } = [];

    /// <summary>Its id; null for identities, and for the rules of a legacy token.</summary>
    public string? Id { get; init; }

    /// <summary>Its rules as they are written; null when it has no text of its own.</summary>
    public string? Text { get; init; }

    /// <summary>Datacenters it is valid in; empty for all.</summary>
    public IReadOnlyList<string> Datacenters { get; init; } = [];

    /// <summary>The role that brings it; null when it hangs on the token itself.</summary>
    public string? Role { get; init; }

    /// <summary>Where it comes from, for people.</summary>
    public string Source => Role is null ? Name : $"{Name} (role {Role})";

    /// <summary>True when its rules count in <paramref name="datacenter"/>; an unknown datacenter is taken to be a valid one.</summary>
    public bool IsValidIn(string? datacenter) =>
        Datacenters.Count == 0 || datacenter is null || Datacenters.Contains(datacenter, StringComparer.OrdinalIgnoreCase);
}
