using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>Many keys onto one server with its data on disk.</summary>
internal sealed class BulkWriteJob : IJob
{
    public string Name => "bulk-write";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var count = run.Many(100_000, 20_000);
        var slow = run.Many(10_000, 2_000);
        var write = new WriteContenders(WriteTarget.ServerAsync);
        using var worker = PowerShellWorker.Start(run.Product.Module);
        var entries = write.Cmdlet("Set-ConsulKv, typed objects", worker, "Entry", count);
        var rows = write.Cmdlet("Set-ConsulKv, rows bound by name", worker, "Row", count);
        var best = write.Transactions(16, count);
        var samples = await Contest.RunAsync([entries, best, rows, write.Transactions(4, count)], run.Rounds, "keys/s", run.Say, cancellation).ConfigureAwait(false);
        run.Say("  The slow ones, with fewer keys:");
        var import = write.ConsulImport(slow) with { WarmUps = 0 };
        var few = Math.Min(run.Rounds, 3);
        var slower = await Contest.RunAsync(
            [
                import, write.Puts(1, slow) with { WarmUps = 0 }, write.Puts(128, slow * 4), write.Curl(slow) with { WarmUps = 0 },
                write.RestMethod(worker, parallel: false, slow) with { WarmUps = 0, MaxRounds = 2 }, write.RestMethod(worker, parallel: true, slow / 4) with { WarmUps = 0, MaxRounds = 2 },
            ], few, "keys/s", run.Say, cancellation).ConfigureAwait(false);
        return new JobReport
        {
            Title = "Bulk write, one server",
            What = $"{count:N0} keys of 100 bytes in a pipeline, built before the clock starts; every result counted and the server's keys counted outside the clock. "
                + $"The slow ones write {slow:N0} keys ({slow * 4:N0} with 128 at once). A fresh server with 10,000 keys in it each time.",
            Tables = [ResultTable.Of("keys/s", samples, best.Name), ResultTable.Of("keys/s", slower, import.Name)],
            Targets =
            [
                Target.Ratio("`Set-ConsulKv`, typed objects, of plain HttpClient transactions ×16", samples[entries.Name], samples[best.Name], 0.85),
                Target.Ratio("`Set-ConsulKv`, typed objects, of `consul kv import`", samples[entries.Name], slower[import.Name], 50),
                Target.Ratio("`Set-ConsulKv`, rows bound by name, of plain HttpClient transactions ×16", samples[rows.Name], samples[best.Name], 0.70),
            ],
            Notes = ["consuldotnet: not here (its package cannot be restored on this machine), so `≥ 1.2 × consuldotnet's best` is not measured."],
        };
    }
}
