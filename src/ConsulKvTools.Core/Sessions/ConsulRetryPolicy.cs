namespace ConsulKvTools;

/// <summary>How often, how long and with what pauses a request is tried.</summary>
/// <remarks>
/// Only failures that another attempt can cure are tried again, and an attempt that may have been applied is asked after
/// first. Servers hold a request for 7 s while there is no leader: after an <see cref="AttemptTimeout"/> under 8 s the agent is asked whether
/// that was the cause. A pause that an answer asks for (<c>Retry-After</c>) is kept to the second, or not begun when it would end after
/// <see cref="TotalTimeout"/>.
/// </remarks>
public sealed record ConsulRetryPolicy
{
    /// <summary>Eight attempts, 200 ms doubling up to 3 s with jitter, 10 s an attempt, 30 s in all.</summary>
    public static ConsulRetryPolicy Default { get; } = new();

    /// <summary>One attempt only.</summary>
    public static ConsulRetryPolicy None { get; } = new() { MaxAttempts = 1, ElectionPatience = TimeSpan.Zero };

    /// <summary>Attempts in all, 1 to 100; 1 never tries again. <see cref="ElectionPatience"/> and <see cref="TokenGrace"/> can add to more than 1.</summary>
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

    /// <summary>Time for all attempts and pauses together, above zero. No pause is begun that would end after it.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long after the first answer that names no leader attempts that meet the same do not use up <see cref="MaxAttempts"/>: an election
    /// takes some seconds, and servers hold a request for 7 s of them. Zero counts every attempt.
    /// </summary>
    public TimeSpan ElectionPatience { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long after the start a token that Consul does not know yet is tried again, without using up <see cref="MaxAttempts"/>; zero (the
    /// default) does not wait for it.
    /// </summary>
    public TimeSpan TokenGrace { get; init; }

    /// <summary>
    /// Failures to reach the agent in a row after which no attempt is made for <see cref="CircuitBreakDuration"/>; 0 never breaks. At least 2.
    /// A failure longer than that (or 10 s, if that is longer) after the one before begins a new row.
    /// </summary>
    public int CircuitBreakerFailures { get; init; } = 10;

    /// <summary>How long no attempt is made once the circuit is open, 500 ms or more. Then one is let through; if it reaches the agent, the circuit closes.</summary>
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
        _ when ElectionPatience < TimeSpan.Zero => $"ElectionPatience is {ElectionPatience}; it must not be negative.",
        _ when ElectionPatience > TimeSpan.FromDays(1) => $"ElectionPatience is {ElectionPatience}; it must be one day or less.",
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
