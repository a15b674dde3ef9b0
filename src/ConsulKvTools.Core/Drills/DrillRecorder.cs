using System.Collections.Concurrent;

namespace ConsulKvTools.Drills;

/// <summary>Takes down what a drilled session does and what is done to it.</summary>
/// <param name="time">The clock.</param>
internal sealed class DrillRecorder(TimeProvider time)
{
    private readonly ConcurrentQueue<DrillOperation> operations = new();
    private readonly ConcurrentQueue<(ConsulFaultKind Kind, string? Target, TimeSpan From, TimeSpan To)> strikes = new();
    private readonly long began = time.GetTimestamp();

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>Since then.</summary>
    public TimeSpan Now => time.GetElapsedTime(began);

    /// <summary>Every operation that ended, in the order of their ends.</summary>
    public IReadOnlyList<DrillOperation> Operations => operations.ToArray();

    /// <summary>A write has ended.</summary>
    public void Wrote(ConsulKvWrite write, ConsulKvWriteResult result)
    {
        var end = Now;
        operations.Enqueue(new DrillOperation(write.Key, DrillWrite.Of(write), result.Outcome, result.Code, result.Began is { } start ? Since(start) : end, end, Math.Max(0, result.Attempts.Count - 1), result.ModifyIndex));
    }

    /// <summary>A read has ended.</summary>
    /// <param name="key">The key or prefix.</param>
    /// <param name="code">What it met in the end; null when it was answered.</param>
    /// <param name="start">Timestamp of its beginning.</param>
    /// <param name="retries">Steps beyond the first.</param>
    public void Asked(string key, string? code, long start, int retries) =>
        operations.Enqueue(new DrillOperation(key, null, code is null ? ConsulKvOutcome.Unchanged : ConsulKvOutcome.Failed, code, Since(start), Now, retries, null));

    /// <summary>A fault struck.</summary>
    /// <param name="kind">What was done.</param>
    /// <param name="target">Whom to; null for a request.</param>
    /// <param name="from">When it began, since the drill did.</param>
    /// <param name="to">When it was over.</param>
    public void Struck(ConsulFaultKind kind, string? target, TimeSpan from, TimeSpan to) => strikes.Enqueue((kind, target, from, to));

    /// <summary>The faults: those of the cluster one by one, those of requests by kind.</summary>
    public IReadOnlyList<DrillWindow> Faults => [.. strikes.GroupBy(strike => strike.Target is null ? (strike.Kind, TimeSpan.Zero) : (strike.Kind, strike.From))
        .Select(group => new DrillWindow(group.Key.Kind, group.First().Target, [.. group.Select(strike => (strike.From, strike.To)).OrderBy(strike => strike.From)]))
        .OrderBy(window => window.Strikes[0].From)];

    private TimeSpan Since(long start) => start > began ? time.GetElapsedTime(began, start) : TimeSpan.Zero;
}
