namespace ConsulKvTools.Resilience;

/// <summary>What one attempt's result means for the next.</summary>
/// <param name="TryAgain">True when another attempt can help.</param>
/// <param name="IsOutage">True when the other side was not reached at all: counts for the circuit breaker.</param>
/// <param name="Pause">The pause before the next attempt, zero for none; null leaves it to the policy.</param>
/// <param name="IsFree">True when the attempt does not use up one of those allowed.</param>
public readonly record struct Verdict(bool TryAgain, bool IsOutage, TimeSpan? Pause, bool IsFree = false);
