using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>What the server can do at most, so that the other figures can be read.</summary>
internal sealed class ServerLimitJob : IJob
{
    public string Name => "server-limit";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        const string What = "wrk over 64 connections (reads) or 16 (transactions of 64 puts): no client could do better.";
        if (!Wrk.IsHere) return new JobReport { Title = "The server's own limit", What = What, Tables = [], Notes = ["wrk is not installed: left out."] };
        var seconds = run.Many(5, 1);
        var script = Path.GetTempFileName();
        try
        {
            await Wrk.WriteTransactionScriptAsync(script, cancellation).ConfigureAwait(false);
            var readable = await BenchmarkRun.FreshServerAsync(cancellation).ConfigureAwait(false);
            await using var _ = readable.ConfigureAwait(false);
            var key = KeySet.Key("seed/", 17);
            var samples = await Contest.RunAsync(
                [
                    Read("GET of one key", ""), Read("GET ?consistent", "?consistent"), Read("GET ?stale", "?stale"),
                    new Contender("keys written in transactions", async token =>
                    {
                        var agent = await BenchmarkRun.FreshServerAsync(token).ConfigureAwait(false);
                        await using var __ = agent.ConfigureAwait(false);
                        return 64 * await Wrk.RequestsPerSecondAsync(new Uri(agent.Address, "/v1/txn"), seconds, script, 16, token).ConfigureAwait(false);
                    }) { WarmUps = 0 },
                ], Math.Min(run.Rounds, 3), "a second", run.Say, cancellation).ConfigureAwait(false);
            return new JobReport { Title = "The server's own limit", What = What, Tables = [ResultTable.Of("a second", samples, null)] };

            Contender Read(string name, string query) => new(name,
                token => Wrk.RequestsPerSecondAsync(new Uri(readable.Address, $"/v1/kv/{key}{query}"), seconds, null, 64, token))
            { WarmUps = 0 };
        }
        finally
        {
            File.Delete(script);
        }
    }
}
