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

    /// <summary>True when the job could not be measured.</summary>
    public bool HasFailed { get; init; }

    /// <summary>The report of a job that could not be measured.</summary>
    public static JobReport Failed(string name, Exception failure) => new()
    {
        Title = name,
        What = "**This job could not be measured.**",
        Tables = [],
        Notes = [failure.Message.Split('\n')[0]],
        HasFailed = true,
    };
}
