using System.Management.Automation;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Commands;

/// <summary>Says what changed between two diagnoses, the likeliest explanation of the new verdict first: what changed since it worked.</summary>
[Cmdlet(VerbsData.Compare, "ConsulDiagnosis", HelpUri = HelpPages.Folder + "Compare-ConsulDiagnosis.md")]
[OutputType(typeof(ConsulDiagnosisComparison))]
public sealed class CompareConsulDiagnosisCommand : PSCmdlet
{
    private ConsulDiagnosis? reference;

    /// <summary>The diagnosis from when it worked, or the path of one that Export-ConsulDiagnosis -Format Json saved.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public object Reference { get; set; } = null!;

    /// <summary>The diagnosis to hold against it, or the path of a saved one.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public object Difference { get; set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            reference = GivenDiagnosis.Read(this, Reference, "-Reference");
        }
        catch (ConsulException unfit)
        {
            ThrowTerminatingError(FindingErrors.Create(unfit.Finding, Reference, unfit));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var comparison = DiagnosisComparison.Of(reference!, GivenDiagnosis.Read(this, Difference, "-Difference"));
            foreach (var warning in comparison.Warnings) WriteWarning(warning);
            WriteObject(comparison);
        }
        catch (ConsulException unfit)
        {
            WriteError(FindingErrors.Create(unfit.Finding, Difference, unfit));
        }
    }
}
