namespace ConsulKvTools.Acl;

/// <summary>What a lock takes.</summary>
[Flags]
internal enum LockRights
{
    None = 0,

    /// <summary>Write on the key.</summary>
    Key = 1,

    /// <summary>Write on lock sessions of the agent's node.</summary>
    Session = 2,
}
