using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>What a long pipeline of writes needs in memory over what PowerShell needs for the same pipeline without the writing.</summary>
internal sealed class WriteMemoryJob : IJob
{
    private const double Megabyte = 1024 * 1024;

    public string Name => "write-memory";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var count = run.Many(1_000_000, 100_000);
        var own = new List<double>();
        var peak = new Dictionary<int, double>();
        var heap = new List<double>();
        foreach (var size in new[] { count / 10, count })
        {
            var (_, alone, _) = await OnceAsync(size, nothing: true).ConfigureAwait(false);
            var (_, writing, left) = await OnceAsync(size, nothing: false).ConfigureAwait(false);
            own.Add(alone);
            heap.Add(left);
            peak[size] = writing - alone;
            run.Say($"    {size:N0} writes: {writing:0} MB at most, {alone:0} MB of it PowerShell's own");
        }
        return new JobReport
        {
            Title = "Memory of a long pipeline of writes",
            What = $"`1..{count:N0} | New-Row | Set-ConsulKv` in a new shell: growth of the process's own resident memory at its peak, less the peak of the same pipeline without the writing.",
            Tables =
            [
                new ResultTable("MB", [
                    KeyValuePair.Create($"{count / 10:N0} writes, over PowerShell's own", new Sample([peak[count / 10]])),
                    KeyValuePair.Create($"{count:N0} writes, over PowerShell's own", new Sample([peak[count]])),
                    KeyValuePair.Create("PowerShell's own", new Sample(own)),
                    KeyValuePair.Create("managed heap after the pipeline", new Sample(heap)),
                ], null),
            ],
            Targets = [Target.Most($"a pipeline of {count:N0} writes, over PowerShell's own", peak[count], 60, "MB")],
        };

        async Task<(double Seconds, double Peak, double Heap)> OnceAsync(int size, bool nothing)
        {
            var agent = await BenchmarkRun.FreshServerAsync(cancellation).ConfigureAwait(false);
            await using var _ = agent.ConfigureAwait(false);
            using var worker = PowerShellWorker.Start(run.Product.Module);
            var arguments = new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = "stream/", ["Count"] = 1000, ["Nothing"] = nothing };
            await worker.AskAsync("write-stream.ps1", arguments, cancellation).ConfigureAwait(false);
            arguments = new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = "stream/", ["Count"] = size, ["Nothing"] = nothing };
            var (answer, growth) = await worker.WatchAsync("write-stream.ps1", arguments, cancellation).ConfigureAwait(false);
            if ((int)answer["count"]! != size) throw new InvalidOperationException($"{answer["count"]} of {size} were written.");
            return ((double)answer["seconds"]!, growth / Megabyte, (double)answer["heap"]! / Megabyte);
        }
    }
}
