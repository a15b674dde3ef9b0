using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ConsulKvTools.Commands;

/// <summary>
/// Teaches Pester's Should about Consul: <c>-BeWrittenToConsul</c>, <c>-HaveConsulAccess</c>, <c>-HaveConsulValue</c>, <c>-BeReachableConsul</c>,
/// <c>-BeHealthyConsul</c>. Put <c>BeforeAll { Add-ConsulShouldOperator }</c> at the top of a test file; it may run as often as you like.
/// </summary>
[Cmdlet(VerbsCommon.Add, "ConsulShouldOperator", HelpUri = HelpPages.Folder + "Add-ConsulShouldOperator.md")]
public sealed class AddConsulShouldOperatorCommand : PSCmdlet
{
    private const string Pester = "Pester\\Add-ShouldOperator";

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Imported by the path of its psm1, Pester has no version at all.
        if (InvokeCommand.GetCommand(Pester, CommandTypes.Function) is not FunctionInfo { Module.Version: { } version } add || (version.Major > 0 && version < new Version(5, 3)))
            ThrowTerminatingError(FindingErrors.Invalid(this, "Pester", "Should is not here to be taught: import Pester 5.3 or newer first (Import-Module Pester -MinimumVersion 5.3)", null, ErrorCategory.ResourceUnavailable));
        else
            InvokeCommand.InvokeScript("param($File, $Add) & $File -Add $Add", true, PipelineResultTypes.None, null, ModuleFiles.Validation("ShouldOperators.ps1"), add);
    }
}
