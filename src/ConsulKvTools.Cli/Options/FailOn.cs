namespace ConsulKvTools.Cli.Options;

/// <summary>From which severity on a diagnosis makes the exit code 1.</summary>
internal enum FailOn
{
    /// <summary>The verdict Degraded, or worse.</summary>
    Warning,

    /// <summary>The verdict Faulty.</summary>
    Error,
}
