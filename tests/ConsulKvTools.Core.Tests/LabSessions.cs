namespace ConsulKvTools.Tests;

/// <summary>Short ways to a session.</summary>
internal static class LabSessions
{
    /// <summary>A policy for faults that never heal: fails soon.</summary>
    public static ConsulRetryPolicy Impatient { get; } = new()
    {
        MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(20), AttemptTimeout = TimeSpan.FromSeconds(2),
    };

    public static ConsulKvSession Open(string address, string? token = null, ConsulRetryPolicy? policy = null) =>
        ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = address, Token = string.IsNullOrEmpty(token) ? null : new ConsulSecret(token), RetryPolicy = policy,
        }, ConsulEnvironment.Empty);
}
