namespace ConsulKvTools.FaultRun.Running;

/// <summary>Something the product said or did that cannot be.</summary>
internal sealed record Violation
{
    /// <summary>The workload that found it.</summary>
    public required string Workload { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>What cannot be, in a sentence.</summary>
    public required string What { get; init; }

    /// <summary>The smallest part of the history that shows it, a line each.</summary>
    public IReadOnlyList<string> History { get; init; } = [];

    /// <summary>What was done to the cluster meanwhile.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];
}
