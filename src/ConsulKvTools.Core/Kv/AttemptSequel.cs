namespace ConsulKvTools;

/// <summary>What followed a step of a write.</summary>
public enum AttemptSequel
{
    /// <summary>Nothing: it settled the outcome.</summary>
    Settled,

    /// <summary>The next step, at once: this one was a part of the way, or what it met needs a question first.</summary>
    WentOn,

    /// <summary>Another attempt, after <see cref="ConsulKvAttempt.Pause"/>.</summary>
    TriedAgain,

    /// <summary>No other attempt: the same request would fail again.</summary>
    NotCurable,

    /// <summary>No other attempt: all that the policy allows were made.</summary>
    AttemptsUsedUp,

    /// <summary>No other attempt: the time for all of them ended, or would have ended before the next.</summary>
    TimeUp,

    /// <summary>No other attempt: the session's circuit breaker was open.</summary>
    CircuitOpen,

    /// <summary>No other attempt: the caller gave up.</summary>
    Cancelled,
}
