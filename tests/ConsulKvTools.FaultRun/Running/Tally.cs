using System.Collections.Concurrent;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>Counts operations by workload, kind and outcome.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<(string Workload, string Kind, string Outcome), int> counts = new();
    private readonly ConcurrentDictionary<string, int> codes = new();
    private int total;

    /// <summary>Operations so far.</summary>
    public int Total => Volatile.Read(ref total);

    /// <summary>By workload, kind and outcome, in their order.</summary>
    public IReadOnlyList<OperationCount> Counts => counts.Select(pair => new OperationCount(pair.Key.Workload, pair.Key.Kind, pair.Key.Outcome, pair.Value))
        .OrderBy(count => count.Workload, StringComparer.Ordinal).ThenBy(count => count.Kind, StringComparer.Ordinal).ThenBy(count => count.Outcome, StringComparer.Ordinal).ToList();

    /// <summary>The codes of what was not written, conflicts apart, most frequent first.</summary>
    public IReadOnlyDictionary<string, int> Codes => codes.OrderByDescending(pair => pair.Value).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>One more of what is heard and not done: it does not bring the run's end nearer.</summary>
    public void Hear(string workload, string kind, string outcome) => counts.AddOrUpdate((workload, kind, outcome), 1, (_, count) => count + 1);

    /// <summary>One more.</summary>
    public void Add(string workload, string kind, string outcome, string? code = null)
    {
        counts.AddOrUpdate((workload, kind, outcome), 1, (_, count) => count + 1);
        if (code is not null) codes.AddOrUpdate($"{outcome}: {code}", 1, (_, count) => count + 1);
        Interlocked.Increment(ref total);
    }
}
