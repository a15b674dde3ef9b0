using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>Many keys through a follower of three servers.</summary>
internal sealed class FollowerWriteJob : IJob
{
    public string Name => "follower-write";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var count = run.Many(100_000, 20_000);
        var write = new WriteContenders(WriteTarget.FollowerAsync);
        using var worker = PowerShellWorker.Start(run.Product.Module);
        var entries = write.Cmdlet("Set-ConsulKv, typed objects", worker, "Entry", count);
        var best = write.Transactions(16, count);
        var import = write.ConsulImport(run.Many(4_000, 1_000)) with { WarmUps = 0, MaxRounds = 2 };
        var samples = await Contest.RunAsync([entries, best, import], run.Rounds, "keys/s", run.Say, cancellation).ConfigureAwait(false);
        return new JobReport
        {
            Title = "Bulk write, three servers, through a follower",
            What = $"{count:N0} keys of 100 bytes, as above. All three servers run on this machine.",
            Tables = [ResultTable.Of("keys/s", samples, best.Name)],
            Targets = [Target.Ratio("`Set-ConsulKv` through a follower of three, of plain HttpClient through that follower", samples[entries.Name], samples[best.Name], 0.80)],
        };
    }
}
