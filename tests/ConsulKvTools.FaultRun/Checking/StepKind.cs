namespace ConsulKvTools.FaultRun.Checking;

/// <summary>What a step does to a key, or claims to have seen of it.</summary>
internal enum StepKind
{
    /// <summary>A consistent read: the value, or null for no key; the index where it was told.</summary>
    Read,

    /// <summary>The value is stored, whatever was there.</summary>
    Put,

    /// <summary>The value is stored on top of the index; index 0 stands for no key.</summary>
    CheckAndSet,

    /// <summary>A check-and-set was refused: the index was another one, or with 0 the key was there.</summary>
    CheckRefused,

    /// <summary>The key is removed, or was not there.</summary>
    Delete,

    /// <summary>The key is removed on top of the index; Consul also says <c>true</c> when there is none.</summary>
    DeleteCheckAndSet,

    /// <summary>A removal by check-and-set was refused: the key was there with another index.</summary>
    DeleteRefused,

    /// <summary>The key was there with this index.</summary>
    IndexSeen,
}
