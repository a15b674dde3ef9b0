namespace ConsulKvTools;

/// <summary>One step on the way of a write: an attempt, or the question what became of one.</summary>
public sealed record ConsulKvAttempt
{
    /// <summary>1 for the first step.</summary>
    public required int Number { get; init; }

    /// <summary>The request in words, for example <c>PUT cas=12</c> or <c>read back</c>.</summary>
    public required string Action { get; init; }

    /// <summary>From the start of the write to the start of this step.</summary>
    public required TimeSpan StartedAfter { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The <c>X-Request-Id</c> it went out with: the write's own id, or that of the transaction it was part of. Null when nothing was sent.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>HTTP status; null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>The code of what it met; null when it was answered with success.</summary>
    public string? Code { get; init; }

    /// <summary>What it said about the write.</summary>
    public required WriteEffect Effect { get; init; }

    /// <summary>Whether trying again could help against what it met; null when it met nothing wrong.</summary>
    public RetryAdvice? Advice { get; init; }

    /// <summary>What followed it.</summary>
    public AttemptSequel Sequel { get; init; }

    /// <summary>
    /// Why that followed, in one line, for example <c>tried again after 412 ms: no leader yet (election patience 8 s)</c>; null when it settled
    /// the outcome.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>The pause before the next step; null when there was none.</summary>
    public TimeSpan? Pause { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"#{Number} {Action}: {Code ?? Effect.ToString()}";
}
