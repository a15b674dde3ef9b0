namespace ConsulKvTools;

/// <summary>What is counted: the kinds of writes, and of reads.</summary>
public enum ConsulKvOperation
{
    /// <summary>A write of <see cref="ConsulKvWriteKind.Put"/>.</summary>
    Put = ConsulKvWriteKind.Put,

    /// <summary>A write of <see cref="ConsulKvWriteKind.CheckAndSet"/>.</summary>
    CheckAndSet = ConsulKvWriteKind.CheckAndSet,

    /// <summary>A write of <see cref="ConsulKvWriteKind.CreateOnly"/>.</summary>
    CreateOnly = ConsulKvWriteKind.CreateOnly,

    /// <summary>A removal of <see cref="ConsulKvWriteKind.Delete"/>.</summary>
    Delete = ConsulKvWriteKind.Delete,

    /// <summary>A removal of <see cref="ConsulKvWriteKind.DeleteCheckAndSet"/>.</summary>
    DeleteCheckAndSet = ConsulKvWriteKind.DeleteCheckAndSet,

    /// <summary>A removal of <see cref="ConsulKvWriteKind.DeleteTree"/>.</summary>
    DeleteTree = ConsulKvWriteKind.DeleteTree,

    /// <summary>A write of <see cref="ConsulKvWriteKind.Acquire"/>.</summary>
    Acquire = ConsulKvWriteKind.Acquire,

    /// <summary>A write of <see cref="ConsulKvWriteKind.Release"/>.</summary>
    Release = ConsulKvWriteKind.Release,

    /// <summary>A read of one key.</summary>
    Read,

    /// <summary>A read of every key below a prefix.</summary>
    List,

    /// <summary>A read of the names below a prefix.</summary>
    ListNames,

    /// <summary>A blocking read: it lasts until the key changes, so its duration says nothing about speed.</summary>
    Wait,
}
