namespace ConsulKvTools;

/// <summary>How a probe ended.</summary>
public enum ProbeStatus
{
    /// <summary>The layer does what a write needs.</summary>
    Passed,

    /// <summary>It works, but something is worth mending.</summary>
    Warning,

    /// <summary>The layer stops the write.</summary>
    Failed,

    /// <summary>Not run; the summary says why.</summary>
    Skipped,

    /// <summary>The probe itself broke; the summary says how. Says nothing about Consul.</summary>
    Error,
}
