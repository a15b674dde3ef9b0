using ConsulKvTools.FaultRun.Faults;
using ConsulKvTools.FaultRun.Reports;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.FaultRun.Tests.Mutants;

namespace ConsulKvTools.FaultRun.Tests.Runs;

/// <summary>
/// The short form of the fault run, and the proof that it can fail. The long form: <c>dotnet run --project tests/ConsulKvTools.FaultRun -- --operations 100000 --faults 60</c>.
/// </summary>
public sealed class FaultRunTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_the_product_says_happened_happened_whatever_is_broken() => IsFine(await RunAsync(new() { Seed = 20, Faults = 7, Operations = 3_000 }));

    [Fact]
    public async Task And_with_faults_never_tried_before()
    {
        var seed = Random.Shared.Next(1, 1_000_000);
        output.WriteLine($"A fresh seed: {seed}. To play it again: dotnet run --project tests/ConsulKvTools.FaultRun -- --operations 3000 --faults 5 --seed {seed}");
        IsFine(await RunAsync(new() { Seed = seed, Faults = 5, Operations = 3_000 }));
    }

    [Theory]
    [InlineData(nameof(Mutant.FencingOff), nameof(FaultKind.RequestsHeld), "register")]
    [InlineData(nameof(Mutant.BlindRetry), nameof(FaultKind.AnswersCut), "counter")]
    [InlineData(nameof(Mutant.EqualValueIsMine), nameof(FaultKind.RequestsCut), "counter")]
    [InlineData(nameof(Mutant.LostIsFailed), nameof(FaultKind.AnswersCut), "set")]
    public async Task A_product_with_one_rule_broken_is_found_out_and_the_whole_one_is_not(string mutant, string fault, string workload)
    {
        var options = new FaultRunOptions
        {
            Seed = 5, Faults = 3, Operations = 300, Kinds = [Enum.Parse<FaultKind>(fault)], Workloads = [workload],
            Share = 0.25, GatesOnly = true, Impatience = TimeSpan.FromMilliseconds(300), Quiet = TimeSpan.FromSeconds(1),
        };
        var broken = (WriteKey)typeof(Mutant).GetProperty(mutant)!.GetValue(null)!;

        // Whether a fault strikes where the broken rule shows is chance, on a busy machine more so: one of three runs finds it. The whole product is accused by none.
        RunReport found;
        do
        {
            var runs = await Task.WhenAll(FaultRunner.RunAsync(options), FaultRunner.RunAsync(options with { Write = broken }));
            foreach (var run in runs) output.WriteLine(RunReportText.ToText(run));
            IsFine(runs[0]);
            (found, options) = (runs[1], options with { Seed = options.Seed + 1 });
        }
        while (found.Violations.Count == 0 && options.Seed < 8);
        Assert.NotEmpty(found.Violations);
        Assert.All(found.Violations, violation => Assert.Equal(workload, violation.Workload));
    }

    private async Task<RunReport> RunAsync(FaultRunOptions options)
    {
        using var log = new StringWriter();
        var report = await FaultRunner.RunAsync(options with { Echo = log });
        foreach (var planned in report.Schedule) output.WriteLine(planned);
        output.WriteLine($"{log}\n{RunReportText.ToText(report)}");
        return report;
    }

    private static void IsFine(RunReport report) =>
        Assert.True(report.Violations.Count == 0, $"Seed {report.Seed}:\n{string.Join('\n', report.Schedule)}\n{RunReportText.ToText(report)}");
}
