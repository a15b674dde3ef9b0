namespace ConsulKvTools.Resilience;

/// <summary>How the pause grows from one attempt to the next.</summary>
public enum DelayGrowth
{
    /// <summary>The same pause each time.</summary>
    Constant,

    /// <summary>One base delay more each time.</summary>
    Linear,

    /// <summary>Twice the pause each time.</summary>
    Exponential,
}

/// <summary>What <see cref="RetryExecutor"/> obeys. Ranges are the caller's to check.</summary>
public sealed class RetrySettings
{
    /// <summary>Attempts in all, at least 1.</summary>
    public int MaxAttempts { get; set; } = 1;

    /// <summary>The first pause.</summary>
    public TimeSpan BaseDelay { get; set; }

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxDelay { get; set; }

    /// <summary>How the pause grows.</summary>
    public DelayGrowth Growth { get; set; }

    /// <summary>Spreads the pauses at random.</summary>
    public bool UseJitter { get; set; }

    /// <summary>Failures in a row that open the circuit; 0 for no circuit breaker, else at least 2.</summary>
    public int BreakAfterFailures { get; set; }

    /// <summary>How long the circuit stays open.</summary>
    public TimeSpan BreakDuration { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Numbers from 0 to 1 for the jitter; null takes the system's.</summary>
    public Func<double>? Random { get; set; }
}
