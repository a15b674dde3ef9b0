using System.Management.Automation;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Commands;

/// <summary>Writes diagnoses, and what else there is to report, into a file for somebody else: a page, Markdown to paste, a JSON document or JUnit results.</summary>
[Cmdlet(VerbsData.Export, "ConsulDiagnosis", SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Export-ConsulDiagnosis.md")]
[OutputType(typeof(FileInfo), typeof(ConsulDiagnosis))]
public sealed class ExportConsulDiagnosisCommand : PSCmdlet
{
    private readonly List<object> given = [];

    /// <summary>
    /// The diagnoses; several go into one file, with an overview. A series stands for its diagnoses. A measurement of Measure-ConsulKv becomes a part of its own behind
    /// them, in HTML and Markdown.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ReportInput]
    public object[] InputObject { get; set; } = [];

    /// <summary>The file. Its folder has to exist; what is there is replaced in one step.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("FilePath", "LiteralPath", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The form. Without it the file's name says it: .html, .md, .json, or .xml for JUnit.</summary>
    [Parameter(Position = 1)]
    public DiagnosisReportFormat? Format { get; set; }

    /// <summary>Leaves findings below it out. Verdict and root cause stay.</summary>
    [Parameter]
    public FindingSeverity MinimumSeverity { get; set; } = FindingSeverity.Info;

    /// <summary>Refuses a file that is already there.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Replaces the file even when it is write-protected.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives what was given on instead of the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Path = FilePaths.Resolve(this, Path, "-Path")!;
        if (Directory.Exists(Path))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Path", $"{Printable.Text(Path, 200)} is a folder; give a file in it, such as diagnosis.html", Path));
        // Not after minutes of diagnosing.
        if (Format is null && DiagnosisReport.FormatOf(Path) is null)
            ThrowTerminatingError(FindingErrors.Refused(this, DiagnosisReport.UnknownForm(Path), "-Path", Path));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => given.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var diagnoses = given.OfType<ConsulDiagnosis>().ToArray();
        var parts = given.OfType<IReportPart>().ToArray();
        if (given.Count > 0 && ShouldProcess(Path, Task(diagnoses.Length, parts.Length)))
        {
            try
            {
                DiagnosisReport.Save(diagnoses, parts, Path, Format, MinimumSeverity, NoClobber, Force);
                // The provider's own object: it carries the path by which Get-Content and Invoke-Item take it from the pipeline.
                if (!PassThru) WriteObject(InvokeProvider.Item.Get([Path], force: true, literalPath: true), enumerateCollection: true);
            }
            catch (ConsulException failed)
            {
                WriteError(FindingErrors.Create(failed.Finding, Path, failed));
            }
        }
        if (PassThru) WriteObject(given, enumerateCollection: true);
    }

    private static string Task(int diagnoses, int parts) => (diagnoses, parts) switch
    {
        (1, 0) => "Write the report of a diagnosis",
        (_, 0) => $"Write the report of {diagnoses} diagnoses",
        (0, _) => $"Write the report of {Amount.Of(parts, "result")}",
        (1, _) => $"Write the report of a diagnosis and {Amount.Of(parts, "other result")}",
        _ => $"Write the report of {diagnoses} diagnoses and {Amount.Of(parts, "other result")}",
    };
}
