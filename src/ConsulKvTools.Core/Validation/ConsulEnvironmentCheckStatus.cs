namespace ConsulKvTools;

/// <summary>How a check of an environment ended.</summary>
public enum ConsulEnvironmentCheckStatus
{
    /// <summary>It is as described.</summary>
    Passed,

    /// <summary>It is not, or could not be found out.</summary>
    Failed,

    /// <summary>This PowerShell cannot make the check; the message says what would.</summary>
    Skipped,
}
