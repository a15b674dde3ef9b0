namespace ConsulKvTools;

/// <summary>How much a finding matters for writing to KV.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Info,

    /// <summary>Works now, but is unsafe, slow or about to fail.</summary>
    Warning,

    /// <summary>Stops the write, or makes it land elsewhere.</summary>
    Error,
}
