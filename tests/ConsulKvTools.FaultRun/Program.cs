using System.CommandLine;
using ConsulKvTools.FaultRun.Faults;
using ConsulKvTools.FaultRun.Reports;
using ConsulKvTools.FaultRun.Running;

var operations = new Option<int>("--operations") { Description = "At least so many reads and writes.", DefaultValueFactory = _ => 100_000 };
var faults = new Option<int>("--faults") { Description = "So many faults.", DefaultValueFactory = _ => 60 };
var seed = new Option<int>("--seed") { Description = "Decides the schedule and the clients' dice; a fresh one where none is given.", DefaultValueFactory = _ => Random.Shared.Next(1, 1_000_000) };
var only = new Option<FaultKind[]>("--only") { Description = "Only these kinds of faults.", AllowMultipleArgumentsPerToken = true };
var json = new Option<FileInfo?>("--json") { Description = "Writes the report as JSON to this file." };
var plan = new Option<bool>("--plan") { Description = "Prints the schedule and ends." };
var command = new RootCommand("Runs clients of ConsulKvTools against a real cluster, breaks it, and checks what they were told. Exit code 1: something cannot be.") { operations, faults, seed, only, json, plan };
command.SetAction(async (arguments, _) =>
{
    var kinds = arguments.GetValue(only) is { Length: > 0 } some ? some : null;
    var options = new FaultRunOptions { Seed = arguments.GetValue(seed), Faults = arguments.GetValue(faults), Operations = arguments.GetValue(operations), Kinds = kinds, Echo = Console.Out };
    Console.WriteLine($"Seed {options.Seed}. The schedule:");
    foreach (var planned in FaultSchedule.Create(options.Seed, options.Faults, kinds ?? FaultCluster.Kinds)) Console.WriteLine(planned);
    if (arguments.GetValue(plan)) return 0;
    var report = await FaultRunner.RunAsync(options);
    Console.WriteLine();
    Console.Write(RunReportText.ToText(report));
    if (arguments.GetValue(json) is { } file) await File.WriteAllTextAsync(file.FullName, RunReportText.ToJson(report));
    return report.Violations.Count == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
