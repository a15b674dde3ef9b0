using System.CommandLine;
using System.Text;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools.Cli.Verbs;

/// <summary><c>consulkv diagnose</c>: everything between this machine and a committed write, root cause first.</summary>
internal sealed class DiagnoseVerb : Verb
{
    private readonly Argument<string?> key = KeyArgument.Optional("The key the write is about. Without it: the way to Consul and the cluster.");
    private readonly Option<string?> value = new("--value") { Description = "The value that is to be written; its size and form are checked, it is not sent. '-' is standard input.", HelpName = "text" };
    private readonly Option<string?> valueFile = new("--value-file") { Description = "A file with that value.", HelpName = "file" };
    private readonly Option<AclOperation> operation = Choice.Option("--operation", "What is to be done to the key.", AclOperation.Write);
    private readonly Option<TimeSpan?> timeout = Choice.Duration("--timeout", "Time for the whole diagnosis. Default: 15s.");
    private readonly Option<string?> canary = new("--canary") { Description = "Also write, read and delete one key of its own below this prefix. Without it nothing is changed.", HelpName = "prefix" };
    private readonly Option<int?> pid = new("--pid") { Description = "Diagnose as this process would write: with its variables, files, limits and sockets (Linux).", HelpName = "number", CustomParser = Choice.ProcessId };
    private readonly Option<bool> allowDegraded = new("--allow-degraded") { Description = "Exit code 0 for the verdict Degraded too: the write works, but something is worth mending." };

    private readonly RepeatOptions repeat = new();
    private readonly Option<string?> compare = new("--compare") { Description = "Also say what changed since an earlier diagnosis, saved with --output json.", HelpName = "file" };
    private readonly Option<FailOn?> failOn = Choice.Optional<FailOn>("--fail-on", "From which verdict on the exit code is 1: Degraded (warning) or Faulty (error). Default: warning.");
    private readonly Option<string[]> suppress = new("--suppress") { Description = "A finding that is known and shall not count: CODE or CODE=TARGET (address or key), with * and ?. It is shown as suppressed. Repeatable.", HelpName = "code[=target]", Arity = ArgumentArity.OneOrMore };
    private readonly Option<FindingSeverity> minimumSeverity = Choice.Option("--min-severity", "Leave findings below it out. Verdict, root cause and exit code stay.", FindingSeverity.Info);
    private readonly Option<string[]> report = new("--report") { Description = "Also write the diagnosis into a file; its name says the form: .html, .md, .json, or .xml for JUnit. Repeatable.", HelpName = "file", Arity = ArgumentArity.OneOrMore };

    public DiagnoseVerb(GlobalOptions globals, Surroundings surroundings)
        : base("diagnose", "Say why a write fails, with the evidence and the command that mends it. Changes nothing.", globals, surroundings)
    {
        Arguments.Add(key);
        foreach (var option in new Option[] { value, valueFile, operation, timeout, canary, pid, suppress, minimumSeverity, report, failOn, allowDegraded, compare }.Concat(repeat.All)) Options.Add(option);
    }

    /// <summary>The diagnosis a command line asks for.</summary>
    public async Task<ConsulDiagnosis> DiagnoseAsync(ParseResult parsed, ProbeProgress? progress, CancellationToken cancellation)
    {
        var request = await RequestAsync(parsed, cancellation).ConfigureAwait(false);
        var program = ProgramOf(parsed);
        using var session = program?.Session ?? OpenSessionForDiagnosis(parsed);
        request = request with { Program = program?.Program };
        return ForShell.Of(repeat.Wait(parsed)
            ? await HealthWait.RunAsync(session, request, repeat.Interval(parsed), parsed.GetValue(allowDegraded), progress,
                (now, _) => progress?.Begin(now.RootCause is { } cause ? $"Still {cause.Code}." : ""), cancellation).ConfigureAwait(false)
            : await Diagnoser.RunAsync(session, request, progress, cancellation).ConfigureAwait(false));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var reference = parsed.GetValue(compare) is { } saved ? SavedDiagnosis.Read(saved) : null;
        repeat.Check(parsed, compares: reference is not null);
        var files = parsed.GetValue(report) ?? [];
        // Not after seconds of diagnosing.
        if (files.FirstOrDefault(name => DiagnosisReport.FormatOf(name) is null) is { } unknown)
            throw new UsageException($"--report is '{Printable.Text(unknown, 120)}', whose name says no form; end it with .html, .md, .json, or .xml for JUnit.");
        var healthyUpTo = Tolerated(parsed);
        if (repeat.Count(parsed) is { } count) return await RunSeriesAsync(parsed, count, files, healthyUpTo, terminal, cancellation).ConfigureAwait(false);
        ConsulDiagnosis diagnosis;
        using (var progress = ProbeProgress.For(terminal, Surroundings))
            diagnosis = (await DiagnoseAsync(parsed, progress, cancellation).ConfigureAwait(false)).AtLeast(parsed.GetValue(minimumSeverity));
        var comparison = reference is null ? null : DiagnosisComparison.Of(ForShell.Of(reference), diagnosis);
        if (comparison is not null && terminal.IsJson) terminal.Document(ComparisonDocument.Of(comparison), CliJson.Default.ComparisonDocument);
        else if (terminal.IsJson) await terminal.BytesAsync(Encoding.UTF8.GetBytes(DiagnosisJson.Write(diagnosis)), cancellation).ConfigureAwait(false);
        else DiagnosisView.Write(terminal, diagnosis, comparison);
        // After the result is shown: a report that cannot be written must not cost it.
        if (!Save([diagnosis], files, terminal)) return ExitCode.CouldNotRun;
        return diagnosis.Verdict <= healthyUpTo ? ExitCode.Healthy : ExitCode.Fault;
    }

    private async Task<int> RunSeriesAsync(
        ParseResult parsed, int count, string[] files, DiagnosisVerdict healthyUpTo, Terminal terminal, CancellationToken cancellation)
    {
        var request = await RequestAsync(parsed, cancellation).ConfigureAwait(false);
        ConsulDiagnosisSeries series;
        var program = ProgramOf(parsed);
        request = request with { Program = program?.Program };
        using (var session = program?.Session ?? OpenSessionForDiagnosis(parsed))
        using (var progress = ProbeProgress.For(terminal, Surroundings))
            series = ForShell.Of(await DiagnosisSeries.RunAsync(session, request, count, repeat.Interval(parsed), progress,
                (number, now) => progress?.Begin($"{number} of {count} done, last {now.RootCause?.Code ?? now.Verdict.ToString()}."), cancellation).ConfigureAwait(false));
        series = series with { Diagnoses = [.. series.Diagnoses.Select(one => one.AtLeast(parsed.GetValue(minimumSeverity)))] };
        if (terminal.IsJson) terminal.Document(SeriesDocument.Of(series), CliJson.Default.SeriesDocument);
        else terminal.Lines(SeriesText.Lines(series, terminal.Style));
        var saved = Save(series.Diagnoses, files, terminal);
        // Stopped half-way: what there is has been shown, but it is not what was asked for.
        if (series.Diagnoses.Count < count || !saved) return ExitCode.CouldNotRun;
        return series.Diagnoses.Max(one => one.Verdict) <= healthyUpTo ? ExitCode.Healthy : ExitCode.Fault;
    }

    private async Task<DiagnosisRequest> RequestAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var request = new DiagnosisRequest
        {
            Key = KeyArgument.Read(parsed.GetValue(key)),
            Value = await ValueInput.ReadAsync(parsed.GetValue(value), parsed.GetValue(valueFile), Surroundings.Input, Globals.TokenIsOnInput(parsed), cancellation).ConfigureAwait(false),
            Operation = parsed.GetValue(operation),
            CanaryPrefix = parsed.GetValue(canary),
            IdleTime = repeat.IdleTime(parsed),
            Suppressions = [.. (parsed.GetValue(suppress) ?? []).Select(text => FindingSuppression.Parse(text, "--suppress"))],
        };
        if (parsed.GetValue(timeout) is { } limit) request = request with { Timeout = limit };
        if (request.Value is not null && request.Key is null) throw new UsageException("A value is given but no key: consulkv diagnose KEY --value TEXT.");
        return request;
    }

    private ProgramSession? ProgramOf(ParseResult parsed) =>
        parsed.GetValue(pid) is { } number ? ProgramSession.Open(number, Globals.SessionOptions(parsed, Surroundings), Surroundings.Environment) : null;

    private static bool Save(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<string> files, Terminal terminal)
    {
        var all = true;
        foreach (var file in files)
        {
            try
            {
                DiagnosisReport.Save(diagnoses, file);
            }
            catch (ConsulException failed)
            {
                // On the error stream in any form: the output holds its one document already.
                FindingView.Write(terminal.OnError(), ForShell.Of(failed.Finding));
                all = false;
            }
        }
        return all;
    }

    /// <summary>The gravest verdict that is a success.</summary>
    private DiagnosisVerdict Tolerated(ParseResult parsed)
    {
        var wanted = parsed.GetValue(failOn);
        if (wanted == FailOn.Warning && parsed.GetValue(allowDegraded)) throw new UsageException("--allow-degraded and --fail-on warning exclude each other; give one of them.");
        return wanted == FailOn.Error || parsed.GetValue(allowDegraded) ? DiagnosisVerdict.Degraded : DiagnosisVerdict.Healthy;
    }
}
