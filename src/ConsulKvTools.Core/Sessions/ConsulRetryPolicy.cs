namespace ConsulKvTools;

/// <summary>How often, how long and with what pauses a request is tried.</summary>
/// <remarks>
/// Only failures that another attempt can cure are tried again, and an attempt that may have been applied is asked after
/// first. Servers hold a request for 7 s while there is no leader, so an <see cref="AttemptTimeout"/> under 8 s hides that cause.
/// </remarks>
public sealed record ConsulRetryPolicy
{
    /// <summary>Eight attempts, 200 ms doubling up to 3 s with jitter, 10 s an attempt, 30 s in all.</summary>
    public static ConsulRetryPolicy Default { get; } = new();

    /// <summary>One attempt only.</summary>
    public static ConsulRetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Attempts in all, 1 to 100.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>The first pause, 1 ms or more.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause, not under <see cref="BaseDelay"/>.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How the pause grows.</summary>
    public BackoffType Backoff { get; init; } = BackoffType.Exponential;

    /// <summary>Spreads the pauses at random, so that many clients do not come back at once.</summary>
    public bool UseJitter { get; init; } = true;

    /// <summary>Time for one attempt, above zero.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for all attempts and pauses together, above zero.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a token that Consul does not know yet is tried again; zero (the default) does not wait for it.</summary>
    public TimeSpan TokenGrace { get; init; }

    /// <summary>Failures to reach the agent in a row, within <see cref="CircuitBreakDuration"/>, after which no attempt is made for that
    /// long; 0 never breaks. At least 2.</summary>
    public int CircuitBreakerFailures { get; init; } = 10;

    /// <summary>How long no attempt is made once the circuit is open, 500 ms or more.</summary>
    public TimeSpan CircuitBreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Says what is wrong with this policy; null when it is sound.</summary>
    internal string? Problem() => this switch
    {
        { MaxAttempts: < 1 or > 100 } => $"MaxAttempts is {MaxAttempts}; it must be 1 to 100.",
        _ when BaseDelay < TimeSpan.FromMilliseconds(1) => $"BaseDelay is {BaseDelay}; it must be 1 ms or more.",
        _ when BaseDelay > TimeSpan.FromDays(1) => $"BaseDelay is {BaseDelay}; it must be one day or less.",
        _ when MaxDelay < BaseDelay => $"MaxDelay is {MaxDelay}; it must not be under BaseDelay ({BaseDelay}).",
        _ when MaxDelay > TimeSpan.FromDays(1) => $"MaxDelay is {MaxDelay}; it must be one day or less.",
        _ when AttemptTimeout <= TimeSpan.Zero => $"AttemptTimeout is {AttemptTimeout}; it must be above zero.",
        _ when AttemptTimeout > TimeSpan.FromDays(1) => $"AttemptTimeout is {AttemptTimeout}; it must be one day or less.",
        _ when TotalTimeout <= TimeSpan.Zero => $"TotalTimeout is {TotalTimeout}; it must be above zero.",
        _ when TotalTimeout > TimeSpan.FromDays(1) => $"TotalTimeout is {TotalTimeout}; it must be one day or less.",
        _ when TokenGrace < TimeSpan.Zero => $"TokenGrace is {TokenGrace}; it must not be negative.",
        { CircuitBreakerFailures: < 0 or 1 } => $"CircuitBreakerFailures is {CircuitBreakerFailures}; it must be 0 (off) or at least 2.",
        _ when CircuitBreakDuration < TimeSpan.FromMilliseconds(500) || CircuitBreakDuration > TimeSpan.FromDays(1) =>
            $"CircuitBreakDuration is {CircuitBreakDuration}; it must be 500 ms to one day.",
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{MaxAttempts} attempts, {Backoff} from {BaseDelay.TotalMilliseconds:0} ms to {MaxDelay.TotalSeconds:0.#} s"
        + $"{(UseJitter ? " with jitter" : "")}, {AttemptTimeout.TotalSeconds:0.#} s each, {TotalTimeout.TotalSeconds:0.#} s in all";
}
