namespace ConsulKvTools.Resilience;

/// <summary>No attempt was made: too many in a row had not reached the other side.</summary>
public sealed class CircuitOpenException(TimeSpan? retryAfter, Exception inner) : Exception("The circuit is open.", inner)
{
    /// <summary>When the next attempt will be let through; null when unknown.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
