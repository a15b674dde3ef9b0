using ConsulKvTools.Resilience;

namespace ConsulKvTools.Sessions;

/// <summary>Turns a retry policy into the executor that Polly drives.</summary>
internal static class RetryExecutors
{
    /// <summary>An executor for <paramref name="policy"/>; its circuit is shared by all that use it.</summary>
    public static RetryExecutor Create(ConsulRetryPolicy policy, TimeProvider time) => new(new RetrySettings
    {
        MaxAttempts = policy.MaxAttempts,
        BaseDelay = policy.BaseDelay,
        MaxDelay = policy.MaxDelay,
        Growth = policy.Backoff switch
        {
            BackoffType.Constant => DelayGrowth.Constant,
            BackoffType.Linear => DelayGrowth.Linear,
            _ => DelayGrowth.Exponential,
        },
        UseJitter = policy.UseJitter,
        BreakAfterFailures = policy.CircuitBreakerFailures,
        BreakDuration = policy.CircuitBreakDuration,
        Time = time,
    });
}
