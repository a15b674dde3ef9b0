using System.CommandLine;

namespace ConsulKvTools.Cli.Options;

/// <summary><c>--timeout</c> of the commands that try again: the time for all attempts together.</summary>
internal static class RetryTime
{
    public static Option<TimeSpan?> Option() => Choice.Duration("--timeout", "Time for all attempts and pauses together. Default: 30s.");

    /// <summary>The default policy within the given time; null leaves the default alone.</summary>
    public static ConsulRetryPolicy? Policy(TimeSpan? timeout) => timeout is { } limit ? ConsulRetryPolicy.Default with { TotalTimeout = limit } : null;
}
