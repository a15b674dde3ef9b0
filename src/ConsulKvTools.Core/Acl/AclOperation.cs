namespace ConsulKvTools;

/// <summary>What is done to a key, as Consul's ACLs see it.</summary>
public enum AclOperation
{
    /// <summary>Read one key.</summary>
    Read,

    /// <summary>Write one key.</summary>
    Write,

    /// <summary>List the keys below a prefix.</summary>
    List,

    /// <summary>Delete one key; Consul asks for the same right as for a write.</summary>
    Delete,

    /// <summary>Delete every key below a prefix; Consul asks for write on the whole prefix.</summary>
    DeleteRecurse,

    /// <summary>Acquire a lock on a key: key write, and session write on the agent's node.</summary>
    Lock,
}
