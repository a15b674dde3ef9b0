using System.Globalization;
using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>Everything below a prefix, recursively.</summary>
internal sealed class BulkReadJob : IJob
{
    private const string Prefix = "read/";
    private const double Megabyte = 1024 * 1024;

    public string Name => "bulk-read";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var count = run.Many(500_000, 50_000);
        var agent = await BenchmarkRun.FreshServerAsync(cancellation).ConfigureAwait(false);
        await using var _ = agent.ConfigureAwait(false);
        run.Say($"    writing {count:N0} keys to read …");
        using var http = new PlainHttp(agent.Address);
        await http.TransactAllAsync(KeySet.Make(Prefix, count), 8, cancellation).ConfigureAwait(false);
        await BenchmarkRun.CheckAsync(agent, Prefix, count, cancellation).ConfigureAwait(false);

        var curlMemory = new List<double>();
        var curl = new Contender("curl, to nowhere", async token =>
        {
            var done = await ProgramRun.RunAsync("curl", ["-s", "-o", "/dev/null", "-w", "%{time_total}", Url(agent)], token).ConfigureAwait(false);
            curlMemory.Add((done.PeakMemory ?? 0) / Megabyte);
            return Milliseconds(done.Output);
        });
        using var warm = PowerShellWorker.Start(run.Product.Module);
        var read = await CountAsync(warm, agent, cancellation).ConfigureAwait(false);
        if (read != count) throw new InvalidOperationException($"Get-ConsulKv gave {read} keys, not {count}.");
        var growth = new List<double>();
        var cmdlet = new Contender("Get-ConsulKv -Recurse | Out-Null, warm", token => ReadAsync(warm, agent, null, token));
        var first = new Contender("Get-ConsulKv -Recurse | Out-Null, first of a new shell", async token =>
        {
            using var cold = PowerShellWorker.Start(run.Product.Module);
            return await ReadAsync(cold, agent, growth, token).ConfigureAwait(false);
        })
        { WarmUps = 0 };
        var plain = new Contender("plain HttpClient, streaming reader", async token =>
        {
            var (number, elapsed) = await http.ReadAllAsync(Prefix, token).ConfigureAwait(false);
            return number == count ? elapsed.TotalMilliseconds : throw new InvalidOperationException($"{number} keys instead of {count}.");
        });
        var samples = await Contest.RunAsync([curl, cmdlet, plain, first], run.Rounds, "ms", run.Say, cancellation).ConfigureAwait(false);

        var (getMemory, exportMemory) = (new List<double>(), new List<double>());
        var get = Program("consul kv get -recurse", getMemory, token => ConsulCli.GetAsync(agent, Prefix, token));
        var export = Program("consul kv export", exportMemory, token => ConsulCli.ExportAsync(agent, Prefix, token));
        var rest = new Contender("Invoke-RestMethod, decoded", async token =>
        {
            var answer = await warm.AskAsync("read-restmethod.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix }, token).ConfigureAwait(false);
            return (int)answer["count"]! == count ? (double)answer["seconds"]! * 1000 : throw new InvalidOperationException($"Invoke-RestMethod gave {answer["count"]} keys, not {count}.");
        })
        { WarmUps = 0, MaxRounds = 1 };
        var slow = await Contest.RunAsync([get, export, rest], Math.Min(run.Rounds, 3), "ms", run.Say, cancellation).ConfigureAwait(false);

        var curlFirst = new Contender("curl, first byte", async token =>
            Milliseconds((await ProgramRun.RunAsync("curl", ["-s", "-o", "/dev/null", "-w", "%{time_starttransfer}", Url(agent)], token).ConfigureAwait(false)).Output));
        var ownFirst = new Contender("Get-ConsulKv, first object", async token =>
            (double)(await warm.AskAsync("read-many.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix, ["First"] = true }, token).ConfigureAwait(false))["seconds"]! * 1000);
        var begun = await Contest.RunAsync([curlFirst, ownFirst], run.Rounds, "ms", run.Say, cancellation).ConfigureAwait(false);

        return new JobReport
        {
            Title = "Bulk read",
            What = $"{count:N0} keys of 100 bytes read recursively from one server.",
            Tables =
            [
                ResultTable.Of("ms", samples, curl.Name),
                ResultTable.Of("ms", slow, null),
                ResultTable.Of("ms", begun, null),
                new ResultTable("MB", [
                    KeyValuePair.Create("growth of a new shell while it reads for the first time", new Sample(growth)),
                    KeyValuePair.Create("curl, whole process", new Sample(curlMemory)),
                    KeyValuePair.Create("consul kv get -recurse, whole process", new Sample(getMemory)),
                    KeyValuePair.Create("consul kv export, whole process", new Sample(exportMemory)),
                ], null),
            ],
            Targets =
            [
                Target.TimeRatio("`Get-ConsulKv -Recurse`, warm, of curl", samples[cmdlet.Name], samples[curl.Name], 2.2),
                Target.TimeRatio("`Get-ConsulKv -Recurse`, first of a shell, of curl", samples[first.Name], samples[curl.Name], 4),
                Target.Most("first object after curl's first byte", begun[ownFirst.Name].Median - begun[curlFirst.Name].Median, 50, "ms"),
                Target.Most("memory while streaming, over PowerShell's own", new Sample(growth).Median, 40, "MB"),
            ],
        };

        Contender Program(string name, List<double> memory, Func<CancellationToken, Task<ProgramRun>> startAsync) => new(name, async token =>
        {
            var done = await startAsync(token).ConfigureAwait(false);
            memory.Add((done.PeakMemory ?? 0) / Megabyte);
            return done.Elapsed.TotalMilliseconds;
        })
        { WarmUps = 0 };
    }

    private static string Url(ConsulAgent agent) => $"{agent.AddressText}/v1/kv/{Prefix}?recurse";

    private static double Milliseconds(string seconds) => double.Parse(seconds, CultureInfo.InvariantCulture) * 1000;

    private static async Task<int> CountAsync(PowerShellWorker worker, ConsulAgent agent, CancellationToken cancellation) =>
        (int)(await worker.AskAsync("read-many.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix, ["Count"] = true }, cancellation).ConfigureAwait(false))["count"]!;

    private static async Task<double> ReadAsync(PowerShellWorker worker, ConsulAgent agent, List<double>? growth, CancellationToken cancellation)
    {
        // The shell's own first work is not the reading's.
        if (growth is not null) await worker.AskAsync("read-many.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = "none/" }, cancellation).ConfigureAwait(false);
        var (answer, more) = await worker.WatchAsync("read-many.ps1", new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix }, cancellation).ConfigureAwait(false);
        growth?.Add(more / Megabyte);
        return (double)answer["seconds"]! * 1000;
    }
}
