namespace ConsulKvTools;

/// <summary>How what is counted ended: the outcomes of writes, and of reads.</summary>
public enum ConsulKvMetricOutcome
{
    /// <summary>A write: <see cref="ConsulKvOutcome.Written"/>.</summary>
    Written = ConsulKvOutcome.Written,

    /// <summary>A write: <see cref="ConsulKvOutcome.Unchanged"/>.</summary>
    Unchanged = ConsulKvOutcome.Unchanged,

    /// <summary>A write: <see cref="ConsulKvOutcome.Conflict"/>.</summary>
    Conflict = ConsulKvOutcome.Conflict,

    /// <summary>A write: <see cref="ConsulKvOutcome.Denied"/>.</summary>
    Denied = ConsulKvOutcome.Denied,

    /// <summary>A write or a read: the code says why.</summary>
    Failed = ConsulKvOutcome.Failed,

    /// <summary>A write: <see cref="ConsulKvOutcome.Unknown"/>.</summary>
    Unknown = ConsulKvOutcome.Unknown,

    /// <summary>A read: there was something.</summary>
    Found,

    /// <summary>A read: there was nothing.</summary>
    Missing,

    /// <summary>A read: the token may not see it.</summary>
    Forbidden,

    /// <summary>A read: the token may not see all of it.</summary>
    Filtered,

    /// <summary>A read: the caller wanted no more of it.</summary>
    Cancelled,
}
