using System.CommandLine;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Options;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Processes;

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
    private readonly Option<int?> pid = new("--pid") { Description = "Diagnose as this process would write: with its variables, files, limits and sockets (Linux).", HelpName = "number" };
    private readonly Option<bool> allowDegraded = new("--allow-degraded") { Description = "Exit code 0 for the verdict Degraded too: the write works, but something is worth mending." };

    public DiagnoseVerb(GlobalOptions globals, Surroundings surroundings)
        : base("diagnose", "Say why a write fails, with the evidence and the command that mends it. Changes nothing.", globals, surroundings)
    {
        Arguments.Add(key);
        foreach (var option in new Option[] { value, valueFile, operation, timeout, canary, pid, allowDegraded }) Options.Add(option);
    }

    /// <summary>The diagnosis a command line asks for.</summary>
    public async Task<ConsulDiagnosis> DiagnoseAsync(ParseResult parsed, IProgress<ProbeResult>? progress, CancellationToken cancellation)
    {
        var request = new DiagnosisRequest
        {
            Key = KeyArgument.Read(parsed.GetValue(key)),
            Value = await ValueInput.ReadAsync(parsed.GetValue(value), parsed.GetValue(valueFile), Surroundings.Input, Globals.TokenIsOnInput(parsed), cancellation).ConfigureAwait(false),
            Operation = parsed.GetValue(operation),
            CanaryPrefix = parsed.GetValue(canary),
        };
        if (parsed.GetValue(timeout) is { } limit) request = request with { Timeout = limit };
        if (request.Value is not null && request.Key is null) throw new UsageException("A value is given but no key: consulkv diagnose KEY --value TEXT.");
        var program = parsed.GetValue(pid) is { } number ? ProgramSession.Open(number, Globals.SessionOptions(parsed, Surroundings), Surroundings.Environment) : null;
        using var session = program?.Session ?? OpenSessionForDiagnosis(parsed);
        request = request with { Program = program?.Program };
        return ForShell.Of(await Diagnoser.RunAsync(session, request, progress, cancellation).ConfigureAwait(false));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        ConsulDiagnosis diagnosis;
        using (var progress = ProbeProgress.For(terminal, Surroundings))
            diagnosis = await DiagnoseAsync(parsed, progress, cancellation).ConfigureAwait(false);
        if (terminal.IsJson) terminal.Document(DiagnosisDocument.Of(diagnosis), CliJson.Default.DiagnosisDocument);
        else DiagnosisView.Write(terminal, diagnosis);
        return diagnosis.Verdict switch
        {
            DiagnosisVerdict.Healthy => ExitCode.Healthy,
            DiagnosisVerdict.Degraded when parsed.GetValue(allowDegraded) => ExitCode.Healthy,
            _ => ExitCode.Fault,
        };
    }
}
