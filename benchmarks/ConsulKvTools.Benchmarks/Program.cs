using System.CommandLine;
using System.Globalization;
using ConsulKvTools.Benchmarks.Jobs;
using ConsulKvTools.Benchmarks.Micro;
using ConsulKvTools.Benchmarks.Product;
using ConsulKvTools.Benchmarks.Report;
using ConsulKvTools.Lab;

CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

IJob[] all = [new BulkWriteJob(), new FollowerWriteJob(), new WriteMemoryJob(), new BulkReadJob(), new SingleCallJob(), new ImportJob(), new DiagnosisJob(), new ServerLimitJob()];

var job = new Option<string[]>("--job") { Description = "Only this job; may be repeated. Else all.", AllowMultipleArgumentsPerToken = true };
job.AcceptOnlyFromAmong([.. all.Select(one => one.Name)]);
var rounds = new Option<int>("--rounds") { Description = "Rounds that count (5; 2 in the quick form)." };
var quick = new Option<bool>("--quick") { Description = "A tenth of everything, to see that it works. The page is then not written unless --output says where." };
var output = new Option<FileInfo?>("--output") { Description = "Where the page goes; docs/benchmarks.md of this repository when all jobs run in full." };
var noBuild = new Option<bool>("--no-build") { Description = "Takes the module and the command lines as they were last built." };
var root = new RootCommand("Measures ConsulKvTools against its peers, side by side, and writes docs/benchmarks.md.") { job, rounds, quick, output, noBuild };
root.SetAction(async (parsed, cancellation) =>
{
    var isQuick = parsed.GetValue(quick);
    var chosen = parsed.GetValue(job) is { Length: > 0 } names ? all.Where(one => names.Contains(one.Name)).ToArray() : all;
    var count = parsed.GetValue(rounds) is > 0 and var given ? given : isQuick ? 2 : 5;
    var product = parsed.GetValue(noBuild)
        ? ProductBuild.Last("it was not published before")
        : await ProductBuild.MakeAsync(chosen.Any(one => one is DiagnosisJob), Console.Error.WriteLine, cancellation);
    var run = new BenchmarkRun(product, count, isQuick, Console.Error.WriteLine);
    string dataFolder;
    await using (var agent = await ConsulAgent.StartAsync(null, cancellation)) dataFolder = agent.DataDirectory;
    var machine = await MachineFacts.GatherAsync(dataFolder, cancellation);
    var reports = new List<JobReport>();
    foreach (var one in chosen)
    {
        Console.Error.WriteLine($"== {one.Name}");
        try
        {
            reports.Add(await one.RunAsync(run, cancellation));
        }
        // One job that cannot be measured is told of; the figures of the others are not to be lost for it.
        catch (Exception failed) when (!cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine(failed);
            reports.Add(JobReport.Failed(one.Name, failed));
        }
    }
    var remarks = Path.Combine(Repository.Root, "benchmarks", "remarks.md");
    var page = MarkdownPage.Write(machine, reports, $"{(isQuick ? "quick" : "full")}, {count} rounds", File.Exists(remarks) ? await File.ReadAllTextAsync(remarks, cancellation) : "");
    var file = parsed.GetValue(output)?.FullName ?? (isQuick || chosen.Length < all.Length ? null : Path.Combine(Repository.Root, "docs", "benchmarks.md"));
    if (file is null) Console.Write(page);
    else await File.WriteAllTextAsync(file, page, cancellation);
    return reports.Exists(report => report.HasFailed) ? 1 : 0;
});
var filter = new Argument<string[]>("arguments") { Description = "Passed on to BenchmarkDotNet, such as --filter '*Json*' or --job short.", Arity = ArgumentArity.ZeroOrMore };
var micro = new Command("micro", "The micro-benchmarks (BenchmarkDotNet).") { filter };
micro.TreatUnmatchedTokensAsErrors = false;
micro.SetAction(parsed => MicroBenchmarks.Run([.. parsed.GetValue(filter) ?? [], .. parsed.UnmatchedTokens]));
root.Subcommands.Add(micro);
return await root.Parse(args).InvokeAsync();
