using System.Management.Automation;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools.Commands;

/// <summary>Finds out why a write fails: walks its whole way with probes that change nothing, and names the root cause first.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ConsulDiagnosis")]
[OutputType(typeof(ConsulDiagnosis))]
public sealed class InvokeConsulDiagnosisCommand : ConsulCmdlet
{
    private const int ProgressId = 8500;

    /// <summary>The key that cannot be written. Without it only the way to it is looked at, and ACLs in general.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>The value that is to be written, as for Set-ConsulKv. Never sent: as many zeros stand in for it.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>What is to be done to the key.</summary>
    [Parameter]
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

    private IReadOnlyList<FindingSuppression> suppressions = [];

    /// <inheritdoc/>
    protected override bool TakesUnusableSession => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        try
        {
            suppressions = [.. Suppress.Select(text => FindingSuppression.Parse(text))];
        }
        catch (ConsulException invalid)
        {
            ThrowTerminatingError(FindingErrors.Create(invalid.Finding, Suppress, invalid));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RequirePositive(Timeout, "-Timeout");
        byte[]? bytes = null;
        if (Value is not null && !KvValue.TryConvert(Value, out bytes, out var problem))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Value", problem!, Value));
        var request = new DiagnosisRequest { Key = Key, Value = bytes, Operation = Operation, Timeout = Timeout, CanaryPrefix = Canary, Suppressions = suppressions };
        AwaitFor((object?)Key ?? Active, async cancellation =>
        {
            var diagnosis = await Diagnoser.RunAsync(Active, request, new ProbeProgress(Show), cancellation).ConfigureAwait(false);
            WriteProgress(new ProgressRecord(ProgressId, "Diagnosing Consul", "Done") { RecordType = ProgressRecordType.Completed });
            foreach (var unused in suppressions.Unused(diagnosis)) WriteVerbose($"The suppression {Printable.Text(unused.Text, 200)} matched no finding.");
            WriteObject(diagnosis.AtLeast(MinimumSeverity));
        });
    }

    private void Show(ProbeResult probe) =>
        WriteProgress(new ProgressRecord(ProgressId, "Diagnosing Consul at " + Printable.Text(Active.Address), $"{probe.Probe}: {Printable.Text(probe.Summary, 80)}"));

    /// <summary>Hands each probe over at once; <see cref="Progress{T}"/> would do so at some later time, on some other thread.</summary>
    private sealed class ProbeProgress(Action<ProbeResult> show) : IProgress<ProbeResult>
    {
        public void Report(ProbeResult value) => show(value);
    }
}
