using System.Diagnostics;
using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>One key at a time in a warm session.</summary>
internal sealed class SingleCallJob : IJob
{
    private const string Key = "single/key";

    public string Name => "single-call";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var reads = run.Many(2_000, 300);
        var writes = run.Many(400, 100);
        using var worker = PowerShellWorker.Start(run.Product.Module);
        var agent = await BenchmarkRun.FreshServerAsync(cancellation).ConfigureAwait(false);
        await using var _ = agent.ConfigureAwait(false);
        using var http = new PlainHttp(agent.Address);
        await http.PutAsync(Key, KeySet.Value(1), cancellation).ConfigureAwait(false);

        // The peer is timed from a thread of its own, as a script's caller would wait for it.
        var get = new Contender("HttpClient GET", token => MedianAsync(reads, at => http.GetAsync(Key, token)));
        var own = new Contender("Get-ConsulKv", token => CmdletAsync("Get", reads, token)) { WarmUps = 2 };
        var rest = new Contender("Invoke-RestMethod GET", token => CmdletAsync("RestGet", reads / 4, token));
        var gets = await Contest.RunAsync([get, own, rest], run.Rounds * 2, "µs", run.Say, cancellation).ConfigureAwait(false);

        var put = new Contender("HttpClient PUT", token => MedianAsync(writes, at => http.PutAsync(Key, KeySet.Value(at), token)));
        var set = new Contender("Set-ConsulKv", token => CmdletAsync("Set", writes, token)) { WarmUps = 2 };
        var restPut = new Contender("Invoke-RestMethod PUT", token => CmdletAsync("RestSet", writes / 4, token));
        var sets = await Contest.RunAsync([put, set, restPut], run.Rounds * 2, "µs", run.Say, cancellation).ConfigureAwait(false);
        return new JobReport
        {
            Title = "Single calls in a warm session",
            What = $"One call after another, {reads:N0} reads or {writes:N0} writes a round: the median of each round's calls.",
            Tables = [ResultTable.Of("µs", gets, get.Name), ResultTable.Of("µs", sets, put.Name)],
            Targets =
            [
                Target.TimeRatio("`Get-ConsulKv`, one key, of HttpClient", gets[own.Name], gets[get.Name], 1.35),
                Target.TimeRatio("`Set-ConsulKv`, one key, of HttpClient", sets[set.Name], sets[put.Name], 1.10),
            ],
        };

        async Task<double> CmdletAsync(string kind, int count, CancellationToken token) =>
            (double)(await worker.AskAsync("single-calls.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Key"] = Key, ["Count"] = count, ["Kind"] = kind }, token).ConfigureAwait(false))["median"]!;
    }

    private static Task<double> MedianAsync(int count, Func<int, Task> callAsync) => Task.Run(() =>
    {
        var times = new List<double>(count);
        for (var at = 0; at < count; at++)
        {
            var began = Stopwatch.GetTimestamp();
            callAsync(at).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }
        return new Sample(times).Median;
    });
}
