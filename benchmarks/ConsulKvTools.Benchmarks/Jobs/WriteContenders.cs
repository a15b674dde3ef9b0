using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>Ways to write many keys, each onto a server of its own that is thrown away; all give keys a second, and all are checked.</summary>
internal sealed class WriteContenders(Func<CancellationToken, Task<WriteTarget>> open)
{
    private const string Prefix = "bulk/";

    /// <summary>Through <c>Set-ConsulKv</c>.</summary>
    /// <param name="name">As in the table.</param>
    /// <param name="worker">A warm shell.</param>
    /// <param name="shape"><c>Entry</c> for typed objects, <c>Row</c> for objects whose properties are bound by name.</param>
    /// <param name="count">Keys.</param>
    public Contender Cmdlet(string name, PowerShellWorker worker, string shape, int count) => Checked(name, count, async (agent, cancellation) =>
    {
        var answer = await worker.AskAsync("write-many.ps1",
            new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix, ["Count"] = count, ["Shape"] = shape }, cancellation).ConfigureAwait(false);
        if ((int)answer["count"]! != count || (int?)answer["outcomes"]!["Written"] != count)
            throw new InvalidOperationException($"Set-ConsulKv did not write all {count} keys: {answer.ToJsonString()}");
        return (double)answer["seconds"]!;
    });

    public Contender Transactions(int atOnce, int count) => Checked($"plain HttpClient, transactions of 64, {atOnce} at once", count,
        (agent, cancellation) => WithHttpAsync(agent, http => http.TransactAllAsync(KeySet.Make(Prefix, count), atOnce, cancellation)));

    public Contender Puts(int atOnce, int count) => Checked($"plain HttpClient, PUT, {(atOnce == 1 ? "one by one" : $"{atOnce} at once")}", count,
        (agent, cancellation) => WithHttpAsync(agent, http => http.PutAllAsync(KeySet.Make(Prefix, count), atOnce, cancellation)));

    public Contender ConsulImport(int count) => Checked("consul kv import", count, async (agent, cancellation) =>
    {
        var file = Path.GetTempFileName();
        try
        {
            await ConsulCli.WriteImportAsync(file, KeySet.Make(Prefix, count), cancellation).ConfigureAwait(false);
            return (await ConsulCli.ImportAsync(agent, file, cancellation).ConfigureAwait(false)).Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(file);
        }
    });

    public Contender Curl(int count) => Checked("curl, one process, keep-alive", count, async (agent, cancellation) =>
    {
        var file = Path.GetTempFileName();
        try
        {
            await ConsulCli.WriteCurlConfigurationAsync(file, agent.Address, KeySet.Make(Prefix, count), cancellation).ConfigureAwait(false);
            return (await ProgramRun.RunAsync("curl", ["--config", file], cancellation).ConfigureAwait(false)).Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(file);
        }
    });

    public Contender RestMethod(PowerShellWorker worker, bool parallel, int count) =>
        Checked(parallel ? "Invoke-RestMethod, ForEach-Object -Parallel 16" : "Invoke-RestMethod in a loop", count, async (agent, cancellation) =>
        {
            var answer = await worker.AskAsync("write-restmethod.ps1",
                new JsonObject { ["Address"] = agent.AddressText, ["Prefix"] = Prefix, ["Count"] = count, ["Parallel"] = parallel }, cancellation).ConfigureAwait(false);
            return (double)answer["seconds"]!;
        });

    private Contender Checked(string name, int count, Func<ConsulAgent, CancellationToken, Task<double>> secondsAsync) => new(name, async cancellation =>
    {
        var target = await open(cancellation).ConfigureAwait(false);
        await using (target.ConfigureAwait(false))
        {
            var seconds = await secondsAsync(target.Agent, cancellation).ConfigureAwait(false);
            await BenchmarkRun.CheckAsync(target.Agent, Prefix, count, cancellation).ConfigureAwait(false);
            return count / seconds;
        }
    });

    private static async Task<double> WithHttpAsync(ConsulAgent agent, Func<PlainHttp, Task<TimeSpan>> writeAsync)
    {
        using var http = new PlainHttp(agent.Address);
        return (await writeAsync(http).ConfigureAwait(false)).TotalSeconds;
    }
}
