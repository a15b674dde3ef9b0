using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Gives the path of the Pester file that validates an environment:
/// <c>Invoke-Pester -Container (New-PesterContainer -Path (Get-ConsulKvTestPath) -Data @{ Path = './environment.psd1' })</c>.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ConsulKvTestPath", HelpUri = HelpPages.Folder + "Get-ConsulKvTestPath.md")]
[OutputType(typeof(string))]
public sealed class GetConsulKvTestPathCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(ModuleFiles.Validation("Environment.Tests.ps1"));
}
