using System.Management.Automation;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Commands;

/// <summary>Finds out why a write fails: walks its whole way with probes that change nothing, and names the root cause first.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ConsulDiagnosis", DefaultParameterSetName = KeySet)]
[OutputType(typeof(ConsulDiagnosis))]
public sealed class InvokeConsulDiagnosisCommand : ConsulCmdlet
{
    private const int ProgressId = 8500;
    private const string KeySet = "Key";
    private const string FromErrorSet = "FromError";

    private ProgramSession? program;

    /// <summary>The key that cannot be written. Without it only the way to it is looked at, and ACLs in general.</summary>
    [Parameter(Position = 0, ParameterSetName = KeySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>The value that is to be written, as for Set-ConsulKv. Never sent: as many zeros stand in for it.</summary>
    [Parameter(Position = 1, ParameterSetName = KeySet)]
    [ValidateNotNull]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>What is to be done to the key.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public AclOperation Operation { get; set; } = AclOperation.Write;

    /// <summary>Time for the whole diagnosis. What is not done by then is reported as such.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Also writes, reads and removes one key of its own below this prefix. Without it nothing is changed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Canary { get; set; }

    /// <summary>
    /// Diagnoses as that process would write: with its CONSUL_* and proxy variables, certificate authorities and files, its limits and its
    /// sockets to the agent. Linux; other systems show nothing of another process, and the diagnosis says so.
    /// </summary>
    [Parameter(ParameterSetName = KeySet)]
    [Alias("Pid")]
    public int? ProcessId { get; set; }

    /// <summary>Starts from a failed command of this module, such as $Error[0]: same session, key, operation and size of the value.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromErrorSet, ValueFromPipeline = true)]
    [ErrorOfCommand]
    public ErrorRecord? FromError { get; set; }

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
            ThrowTerminatingError(FindingErrors.Create(invalid.Finding, pid, invalid));
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
    protected override void ProcessRecord()
    {
        RequirePositive(Timeout, "-Timeout");
        byte[]? bytes = null;
        if (Value is not null && !KvValue.TryConvert(Value, out bytes, out var problem))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Value", problem!, Value));
        var request = new DiagnosisRequest { Key = Key, Value = bytes, Operation = Operation, Timeout = Timeout, CanaryPrefix = Canary, Program = program?.Program };
        var session = Active;
        if (FromError is not null)
        {
            if (FailedAt(FromError) is not { } failed) return;
            (session, request) = (Session ?? failed.Session, failed.Diagnose(request));
        }
        AwaitFor((object?)request.Key ?? session, async cancellation =>
        {
            var diagnosis = await Diagnoser.RunAsync(session, request, new ProbeProgress(Show), cancellation).ConfigureAwait(false);
            WriteProgress(new ProgressRecord(ProgressId, "Diagnosing Consul", "Done") { RecordType = ProgressRecordType.Completed });
            WriteObject(diagnosis);
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
            _ => $"that error is not of a command of this module ({error.Exception?.GetType().Name ?? "no exception"}); Resolve-ConsulError explains errors of other programs",
        };
        if (problem is null) return ((ConsulException)error.Exception!).Operation;
        WriteError(FindingErrors.Invalid(this, "-FromError", problem, error));
        return null;
    }

    private void Show(ProbeResult probe) =>
        WriteProgress(new ProgressRecord(ProgressId, "Diagnosing Consul at " + Printable.Text(Active.Address), $"{probe.Probe}: {Printable.Text(probe.Summary, 80)}"));

    /// <summary>Hands each probe over at once; <see cref="Progress{T}"/> would do so at some later time, on some other thread.</summary>
    private sealed class ProbeProgress(Action<ProbeResult> show) : IProgress<ProbeResult>
    {
        public void Report(ProbeResult value) => show(value);
    }
}
