using System.Management.Automation;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Commands;

/// <summary>Shows what the writes and reads of this process met, how often, and how long they took. Nothing is sent.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvMetric", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, HelpUri = HelpPages.Folder + "Get-ConsulKvMetric.md")]
[OutputType(typeof(ConsulKvMetric))]
public sealed class GetConsulKvMetricCommand : PSCmdlet
{
    private readonly List<string> names = [];

    /// <summary>Sessions, or their names; wildcards are allowed. Without it the figures of all sessions of this process, removed ones included.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [SessionNames]
    [ArgumentCompleter(typeof(MetricSessionCompleter))]
    public string[] Session { get; set; } = [];

    /// <summary>Shows the figures and begins anew. What meters and OpenTelemetry were told stays told. An operation that ends in that very moment may be in neither count.</summary>
    [Parameter]
    public SwitchParameter Reset { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => names.AddRange(Session);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // A pipeline that brought no session asked for none.
        if (MyInvocation.ExpectingInput && names.Count == 0) return;
        var selection = new MetricSelection([.. names]);
        var known = MetricRegistry.Sessions.Select(session => session.Name).ToArray();
        foreach (var name in selection.Missing(known))
            WriteError(FindingErrors.Invalid(this, "-Session", $"nothing was counted of a session named {Printable.Text(name, 120)} in this process; Get-ConsulKvMetric without -Session shows all there is", name, ErrorCategory.ObjectNotFound));
        var reset = Reset && ShouldProcess(names.Count == 0 ? "all sessions" : string.Join(", ", known.Where(selection.Has).Select(name => Printable.Text(name, 120))), "Begin to count anew");
        foreach (var metric in MetricRegistry.Read(selection.Has, reset, TimeProvider.System)) WriteObject(metric);
    }
}
