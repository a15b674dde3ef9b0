namespace ConsulKvTools.Resilience;

/// <summary>One kind of trouble that may come over a request. Exactly one of the four says what it does.</summary>
public sealed record ChaosRule
{
    /// <summary>What it is called when it strikes.</summary>
    public required string Name { get; init; }

    /// <summary>The share of requests it strikes, of those that come as far as this rule: 0 to 1.</summary>
    public required double Rate { get; init; }

    /// <summary>Holds the request back for this long, and then sends it.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>Fails instead of sending.</summary>
    public Func<object, CancellationToken, ValueTask<Exception?>>? Fault { get; init; }

    /// <summary>Answers instead of sending.</summary>
    public Func<object, object>? Outcome { get; init; }

    /// <summary>Sends, and makes another answer of the one that came, or throws.</summary>
    public Func<object, object, CancellationToken, Task<object>>? AnswerTurned { get; init; }
}
