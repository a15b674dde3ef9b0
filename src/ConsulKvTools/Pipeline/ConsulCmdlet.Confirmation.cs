using System.Management.Automation;
using System.Management.Automation.Host;

namespace ConsulKvTools.Commands;

/// <summary>Asking before something is changed.</summary>
public abstract partial class ConsulCmdlet
{
    /// <summary>Shows what would be done, or asks whether it is to be done.</summary>
    /// <param name="description">What would be done.</param>
    /// <param name="question">What makes a question of it.</param>
    /// <param name="caption">What is asked about.</param>
    /// <param name="key">The key or prefix.</param>
    private protected bool Confirms(string description, string question, string caption, string key)
    {
        try
        {
            return ShouldProcess(description, description + question, caption);
        }
        // What hosts throw that cannot ask: NonInteractive, jobs, remoting, programs that run PowerShell.
        catch (Exception mute) when (mute is PSInvalidOperationException or HostException or NotImplementedException)
        {
            ThrowTerminatingError(FindingErrors.Invalid(this, "-Confirm",
                $"nobody can be asked here, because PowerShell is NonInteractive or its host has no prompt; nothing was done about '{Printable.Text(key, 200)}'. Give -Confirm:$false to go on without a question; it was: {description}", key, ErrorCategory.OperationStopped));
            throw;
        }
    }

    /// <summary>True when a person is asked before something of this impact.</summary>
    private protected bool IsAsked(ConfirmImpact impact) =>
        MyInvocation.BoundParameters.TryGetValue("Confirm", out var given)
            ? LanguagePrimitives.IsTrue(given)
            : LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference", ConfirmImpact.High), out ConfirmImpact least) && least is not ConfirmImpact.None && least <= impact;
}
