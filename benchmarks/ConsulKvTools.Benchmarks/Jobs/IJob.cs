using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>One thing that is measured side by side.</summary>
internal interface IJob
{
    /// <summary>The word that chooses it on the command line.</summary>
    string Name { get; }

    Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation);
}
