namespace ConsulKvTools.Resilience;

/// <summary>The end of a run of attempts.</summary>
/// <param name="Last">What the last attempt gave.</param>
/// <param name="End">Why there was no other.</param>
public readonly record struct RetryResult<T>(T Last, RetryEnd End);
