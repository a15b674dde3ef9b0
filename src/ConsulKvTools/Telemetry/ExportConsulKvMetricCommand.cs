using System.Collections;
using System.Management.Automation;
using ConsulKvTools.Files;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Commands;

/// <summary>Writes the figures of this process into a file that Prometheus' textfile collector reads.</summary>
[Cmdlet(VerbsData.Export, "ConsulKvMetric", SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Export-ConsulKvMetric.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportConsulKvMetricCommand : PSCmdlet
{
    /// <summary>The file; collectors take names that end with .prom. Its folder has to exist; what is there is replaced in one step.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("FilePath", "LiteralPath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Labels of your own for every line, such as <c>@{ job = 'nightly-import' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary Label { get; set; } = new Hashtable();

    /// <summary>Only these sessions, or sessions of these names; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [SessionNames]
    [ArgumentCompleter(typeof(MetricSessionCompleter))]
    public string[] Session { get; set; } = [];

    /// <summary>Refuses a file that is already there.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Replaces the file even when it is write-protected.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Path = FilePaths.Resolve(this, Path, "-Path")!;
        var labels = Label.Cast<DictionaryEntry>().Select(row => new KeyValuePair<string, string>(row.Key.ToString()!, (string)LanguagePrimitives.ConvertTo(row.Value, typeof(string), System.Globalization.CultureInfo.InvariantCulture) ?? ""))
            .OrderBy(label => label.Key, StringComparer.Ordinal).ToArray();
        foreach (var label in labels)
            if (PrometheusText.ProblemOf(label.Key) is { } problem) ThrowTerminatingError(FindingErrors.Invalid(this, "-Label", problem, Label));
        if (labels.GroupBy(label => label.Key, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Label", $"the label '{twice}' is there twice", Label));
        // A file without what was asked for would say that nothing was counted, in the place of one that says what was.
        var selection = new MetricSelection(Session);
        if (selection.WithoutMatch([.. MetricRegistry.Sessions.Select(session => session.Name)]).FirstOrDefault() is { } name)
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Session", $"nothing was counted of a session named {Printable.Text(name, 120)} in this process, so nothing was written; Get-ConsulKvMetric without -Session shows all there is", name, ErrorCategory.ObjectNotFound));
        if (!ShouldProcess(Path, "Write metrics")) return;
        try
        {
            WholeFile.Write(Path, PrometheusText.Of(labels, selection.Has), NoClobber, Force, "Report.MetricsNotWritten");
            // The provider's own object: it carries the path by which Get-Content takes it from the pipeline.
            if (PassThru) WriteObject(InvokeProvider.Item.Get([Path], force: true, literalPath: true), enumerateCollection: true);
        }
        catch (ConsulException failed)
        {
            WriteError(FindingErrors.Create(failed.Finding, Path, failed));
        }
    }
}
