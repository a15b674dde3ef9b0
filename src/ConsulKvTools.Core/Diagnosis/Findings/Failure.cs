namespace ConsulKvTools.Diagnosis;

/// <summary>One failed exchange, understood: what it is, whether the write may be there, whether another attempt can help.</summary>
/// <param name="Finding">The finding it amounts to.</param>
/// <param name="Effect">What it says about the write.</param>
/// <param name="Retry">Whether to try again.</param>
/// <param name="RetryAfter">The pause the agent asked for; null when it asked for none.</param>
/// <param name="IsOutage">True when the agent was not reached at all.</param>
/// <param name="Status">HTTP status; null when no answer came.</param>
internal sealed record Failure(ConsulFinding Finding, WriteEffect Effect, RetryAdvice Retry, TimeSpan? RetryAfter, bool IsOutage, int? Status)
{
    /// <summary>The code of the finding.</summary>
    public string Code => Finding.Code;

    /// <summary>The same failure, its finding's texts filled with more evidence.</summary>
    public Failure With(params (string Name, object? Value)[] more) => this with { Finding = Finding.With(more) };

    /// <summary>True when an election can cure it.</summary>
    public bool AwaitsLeader => FindingCatalogue.Get(Code).AwaitsLeader;
}
