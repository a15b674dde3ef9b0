using System.Management.Automation;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools.Commands;

/// <summary>Finds out why a write fails: walks its whole way with probes that change nothing, and names the root cause first.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ConsulDiagnosis", DefaultParameterSetName = KeySet, HelpUri = HelpPages.Folder + "Invoke-ConsulDiagnosis.md")]
[OutputType(typeof(ConsulDiagnosis), typeof(ConsulDiagnosisSeries))]
public sealed class InvokeConsulDiagnosisCommand : ConsulCmdlet
{
    private const string KeySet = "Key";
    private const string FromErrorSet = "FromError";

    private ProgramSession? program;
    private IReadOnlyList<FindingSuppression> suppressions = [];

    /// <summary>The key that cannot be written. Without it only the way to it is looked at, and ACLs in general.</summary>
    [Parameter(Position = 0, ParameterSetName = KeySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string? Key { get; set; }

    /// <summary>The value that is to be written, as for Set-ConsulKv. Never sent: as many zeros stand in for it.</summary>
    [Parameter(Position = 1, ParameterSetName = KeySet)]
    [ValidateNotNull]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>What is to be done to the key.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public AclOperation Operation { get; set; } = AclOperation.Write;

    /// <summary>
    /// Time for the whole diagnosis. What is not done by then is reported as such. With -Count it is for each diagnosis, with -Wait for all
    /// of them together; -IdleSeconds comes on top of it.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Also writes, reads and removes one key of its own below this prefix. Without it nothing is changed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? Canary { get; set; }

    /// <summary>
    /// Also proves whether a connection survives so many seconds of silence, 1 to 86400. The diagnosis takes that much longer.
    /// </summary>
    [Parameter]
    [WholeNumber("a number of seconds: give a whole number from 1 to 86400")]
    [ValidateRange(1, 86400)]
    public int IdleSeconds { get; set; }

    /// <summary>Diagnoses so often, 1 to 10000, and sums up: for faults that come and go.</summary>
    [Parameter]
    [WholeNumber("a number of diagnoses: give a whole number from 1 to 10000")]
    [ValidateRange(1, DiagnosisSeries.Longest)]
    public int Count { get; set; }

    /// <summary>With -Count or -Wait: from the end of one diagnosis to the start of the next.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Diagnoses again and again until the verdict is Healthy, or -Timeout is over; emits the last diagnosis.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>With -Wait: the verdict Degraded ends the wait too, since the write works.</summary>
    [Parameter]
    public SwitchParameter AllowDegraded { get; set; }

    /// <summary>
    /// Diagnoses as that process would write: with its CONSUL_* and proxy variables, certificate authorities and files, its limits and its
    /// sockets to the agent. Linux; other systems show nothing of another process, and the diagnosis says so.
    /// </summary>
    [Parameter(ParameterSetName = KeySet)]
    [Alias("Pid")]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    [WholeNumber("the id of a process: give its number, as Get-Process shows it", TakesNull = true)]
    public int? ProcessId { get; set; }

    /// <summary>Starts from a failed command of this module, such as $Error[0]: same session, key, operation and size of the value.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromErrorSet, ValueFromPipeline = true)]
    [ErrorOfCommand]
    [ArgumentCompleter(typeof(ErrorCompleter))]
    public ErrorRecord? FromError { get; set; }

    /// <summary>
    /// Findings that are known and shall not count: <c>Code</c> or <c>Code=target</c>, wildcards allowed, such as <c>Tls.*=consul.example:8501</c>.
    /// The target is the diagnosed address or key. They stay in the diagnosis, marked.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FindingCodeCompleter))]
    public string[] Suppress { get; set; } = [];

    /// <summary>Leaves findings below it out of the result. Verdict and root cause stay.</summary>
    [Parameter]
    public FindingSeverity MinimumSeverity { get; set; } = FindingSeverity.Info;

    /// <inheritdoc/>
    protected override bool TakesUnusableSession => true;

    private protected override (ConsulKvSession Session, string Source)? SessionOfItsOwn()
    {
        if (ProcessId is not { } pid) return null;
        if (Session is not null)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-ProcessId", "-ProcessId brings the settings of that process and -Session others; give one of them", pid));
        try
        {
            program = ProgramSession.Open(pid, new ConsulSessionOptions(), ConsulEnvironment.OfThisProcess());
        }
        catch (ConsulException invalid)
        {
            ThrowTerminatingError(FindingErrors.Refused(this, invalid, "-ProcessId", pid));
        }
        return (program!.Session, $"process {program.Program}");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) program?.Session.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequirePositive(Timeout, "-Timeout");
        var repeats = MyInvocation.BoundParameters.ContainsKey(nameof(Count));
        if (Wait && repeats) Refuse("-Wait", "-Wait and -Count exclude each other: -Wait ends with the first healthy diagnosis, -Count makes so many");
        if (Wait && IdleSeconds > 0) Refuse("-IdleSeconds", "-Wait and -IdleSeconds exclude each other: test idle connections once it is healthy");
        if (!Wait && !repeats && MyInvocation.BoundParameters.ContainsKey(nameof(Interval))) Refuse("-Interval", "-Interval is given without -Count or -Wait; a single diagnosis has none");
        if (Value is not null && Key is null && !MyInvocation.ExpectingInput) Refuse("-Value", "-Value is given without -Key; name the key it is to be written to");
        if (!Wait && AllowDegraded) Refuse("-AllowDegraded", "-AllowDegraded is given without -Wait; it says when a wait is over");
        try
        {
            suppressions = [.. Suppress.Select(text => FindingSuppression.Parse(text))];
        }
        catch (ConsulException invalid)
        {
            ThrowTerminatingError(FindingErrors.Refused(this, invalid, "-Suppress", Suppress));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        byte[]? bytes = null;
        if (Value is not null && !KvValue.TryConvert(Value, out bytes, out var problem))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Value", problem!, Value));
        var request = new DiagnosisRequest
        {
            Key = Key, Value = bytes, Operation = Operation, Timeout = Timeout, CanaryPrefix = Canary, IdleTime = IdleSeconds > 0 ? TimeSpan.FromSeconds(IdleSeconds) : null,
            Program = program?.Program, Suppressions = suppressions,
        };
        var session = Active;
        if (FromError is not null)
        {
            if (FailedAt(FromError) is not { } failed) return;
            (session, request) = (Session ?? failed.Session, failed.Diagnose(request));
        }
        var progress = new DiagnosisProgressRecord("Diagnosing Consul at " + Printable.Text(session.Address), WriteProgress);
        AwaitFor((object?)request.Key ?? session, async cancellation =>
        {
            if (Count > 0)
            {
                var series = await DiagnosisSeries.RunAsync(session, request, Count, Interval, progress, (number, now) => Ended(progress, number, now), cancellation).ConfigureAwait(false);
                progress.Complete();
                WriteObject(series with { Diagnoses = series.Diagnoses.Select(one => one.AtLeast(MinimumSeverity)).ToArray() });
                return;
            }
            var diagnosis = Wait
                ? await HealthWait.RunAsync(session, request, Interval, AllowDegraded, progress, (now, before) => Waited(progress, now, before), cancellation).ConfigureAwait(false)
                : await Diagnoser.RunAsync(session, request, progress, cancellation).ConfigureAwait(false);
            progress.Complete();
            foreach (var unused in suppressions.Unused(diagnosis)) WriteVerbose($"The suppression {Printable.Text(unused.Text, 200)} matched no finding.");
            WriteObject(diagnosis.AtLeast(MinimumSeverity));
        });
    }

    /// <summary>What failed there; null when that cannot be told, after an error that says why.</summary>
    private FailedOperation? FailedAt(ErrorRecord error)
    {
        var problem = error.Exception switch
        {
            ConsulException { Operation: { } failed } when Session is null && failed.Session.IsDisposed =>
                $"the session {Printable.Text(failed.Session.Name)} of that error was removed; name another one with -Session",
            ConsulException { Operation: not null } => null,
            ConsulException => "that error came before there was a session; diagnose with -Key and -Session instead",
            // A job keeps an error's id, but not the session it came of.
            _ when error.FullyQualifiedErrorId?.IndexOf("," + typeof(InvokeConsulDiagnosisCommand).Namespace + ".", StringComparison.Ordinal) > 0 =>
                "that error came from another process, and its session stayed there; diagnose with -Key and -Session instead",
            _ => $"that error is not of a command of this module ({error.Exception?.GetType().Name ?? "no exception"}); Resolve-ConsulError explains errors of other programs",
        };
        if (problem is null) return ((ConsulException)error.Exception!).Operation;
        WriteError(FindingErrors.Invalid(this, "-FromError", problem, error));
        return null;
    }

    private void Ended(DiagnosisProgressRecord progress, int number, ConsulDiagnosis diagnosis)
    {
        // Ctrl+C lets nothing be emitted any more: who stops half-way has at least this.
        WriteVerbose($"{number} of {Count}: {Brief(diagnosis)}");
        progress.Before = $"{number} of {Count} done, last {diagnosis.RootCause?.Code ?? diagnosis.Verdict.ToString()}. ";
    }

    private void Waited(DiagnosisProgressRecord progress, ConsulDiagnosis now, ConsulDiagnosis? before)
    {
        if (before is null || !SeriesSummary.SaysTheSame(now, before)) WriteVerbose(Brief(now));
        progress.Before = now.RootCause is { } cause ? $"Still {cause.Code}: {Printable.Text(cause.Title, 80)}. " : "";
    }

    private static string Brief(ConsulDiagnosis diagnosis) =>
        $"{diagnosis.Verdict}{(diagnosis.RootCause is { } cause ? $": {cause.Code}: {Printable.Text(cause.Title, 200)}" : "")} ({DiagnosisText.Time(diagnosis.Duration)})";

    private void Refuse(string parameter, string problem) => ThrowTerminatingError(FindingErrors.Invalid(this, parameter, problem, null));
}
