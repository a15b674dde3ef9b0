namespace ConsulKvTools;

/// <summary>How grave a line of a log is, as its writer says.</summary>
public enum ConsulLogLevel
{
    /// <summary>It does not say.</summary>
    None,

    /// <summary>TRACE.</summary>
    Trace,

    /// <summary>DEBUG.</summary>
    Debug,

    /// <summary>INFO.</summary>
    Info,

    /// <summary>WARN.</summary>
    Warn,

    /// <summary>ERROR, and what is graver.</summary>
    Error,
}
