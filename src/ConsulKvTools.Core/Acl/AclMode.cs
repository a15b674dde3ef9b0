namespace ConsulKvTools.Acl;

/// <summary>Whether tokens are checked, as far as is known.</summary>
internal enum AclMode
{
    /// <summary>The agent and the servers check them.</summary>
    Enforced,

    /// <summary>This agent does not know ACLs; whether the servers do is open.</summary>
    OffAtAgent,

    /// <summary>Nobody checks them.</summary>
    Off,

    /// <summary>The agent did not say.</summary>
    Unknown,
}
