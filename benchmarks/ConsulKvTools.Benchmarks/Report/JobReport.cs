using ConsulKvTools.Benchmarks.Measuring;

namespace ConsulKvTools.Benchmarks.Report;

/// <summary>What one job found.</summary>
internal sealed record JobReport
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>What was done, in a sentence or two.</summary>
    public required string What { get; init; }

    /// <summary>One table each.</summary>
    public required IReadOnlyList<ResultTable> Tables { get; init; }

    /// <summary>The promises this job checks.</summary>
    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>What was left out and why, and what else a reader must know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
