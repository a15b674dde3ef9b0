using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Explains finding codes: what each means, why it happens, what to do.</summary>
[Cmdlet(VerbsCommon.Get, "ConsulFinding", HelpUri = HelpPages.Folder + "Get-ConsulFinding.md")]
[OutputType(typeof(FindingDefinition))]
public sealed class GetConsulFindingCommand : PSCmdlet
{
    /// <summary>Codes such as <c>Acl.PermissionDenied</c>, in any letter case; wildcards are allowed. All when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FindingCodeCompleter))]
    public string[] Code { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var code in Code)
        {
            if (WildcardPattern.ContainsWildcardCharacters(code))
            {
                var pattern = WildcardPattern.Get(code, WildcardOptions.IgnoreCase);
                foreach (var row in FindingCatalogue.All.Where(row => pattern.IsMatch(row.Code))) WriteObject(row);
            }
            else if (FindingCatalogue.Find(code) is { } found) WriteObject(found);
            else WriteError(FindingErrors.Invalid(this, "-Code", $"there is no finding {Printable.Text(code, 80)}; Get-ConsulFinding '{Printable.Text(code.Split('.')[0], 40)}*' lists its neighbours", code, ErrorCategory.ObjectNotFound));
        }
    }
}
