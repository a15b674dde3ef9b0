using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>Importing the module and the first calls in a new shell.</summary>
internal sealed class ImportJob : IJob
{
    public string Name => "import";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        var agent = await ConsulAgent.StartAsync(null, cancellation).ConfigureAwait(false);
        await using var _ = agent.ConfigureAwait(false);
        var parts = new Dictionary<string, List<double>> { ["import"] = [], ["set"] = [], ["get"] = [] };
        for (var round = -1; round < run.Rounds * 3; round++)
        {
            var done = await ProgramRun.RunAsync("pwsh",
                ["-NoProfile", "-NonInteractive", "-File", Path.Combine(PowerShellWorker.Folder, "import.ps1"), "-ModulePath", run.Product.Module, "-Address", agent.AddressText],
                cancellation).ConfigureAwait(false);
            if (round < 0) continue;
            var times = JsonNode.Parse(done.Output)!;
            foreach (var (part, values) in parts) values.Add((double)times[part]!);
            run.Say($"    round {round + 1,2}  import {(double)times["import"]!:0} ms, first Set-ConsulKv {(double)times["set"]!:0} ms, then the first Get-ConsulKv {(double)times["get"]!:0} ms");
        }
        var samples = new Dictionary<string, Sample>
        {
            ["Import-Module ConsulKvTools"] = new(parts["import"]),
            ["the first call: Set-ConsulKv"] = new(parts["set"]),
            ["then the first Get-ConsulKv"] = new(parts["get"]),
        };
        return new JobReport
        {
            Title = "Import and first call",
            What = "A new `pwsh` each round; the clock is in the process: manifest, views and assemblies, then the first write and read.",
            Tables = [ResultTable.Of("ms", samples, null)],
            Targets =
            [
                Target.Most("import in process", samples["Import-Module ConsulKvTools"].Median, 90, "ms"),
                Target.Most("the first call after it", samples["the first call: Set-ConsulKv"].Median, 200, "ms"),
            ],
        };
    }
}
