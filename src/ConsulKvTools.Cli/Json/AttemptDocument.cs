using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>One step on the way of a write.</summary>
internal sealed record AttemptDocument(int Number, string Action, decimal StartedAfterMs, decimal DurationMs, int? Status, string? Code, WriteEffect Effect,
    RetryAdvice? Advice, AttemptSequel Sequel, string? Reason, decimal? PauseMs)
{
    public static AttemptDocument Of(ConsulKvAttempt attempt) => new(
        attempt.Number, attempt.Action, Milliseconds.Of(attempt.StartedAfter), Milliseconds.Of(attempt.Duration), attempt.Status, attempt.Code, attempt.Effect,
        attempt.Advice, attempt.Sequel, attempt.Reason, Milliseconds.Of(attempt.Pause));
}
