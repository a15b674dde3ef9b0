using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Closes sessions and their connections. A removed session cannot be used any more.</summary>
[Cmdlet(VerbsCommon.Remove, "ConsulKvSession", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, HelpUri = HelpPages.Folder + "Remove-ConsulKvSession.md")]
public sealed class RemoveConsulKvSessionCommand : PSCmdlet
{
    /// <summary>The sessions to remove, or their names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ConsulSession(Existing = true)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public ConsulKvSession[] Session { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var session in Session)
        {
            if (!ShouldProcess(Printable.Text(session.ToString()), "Remove session")) continue;
            RunspaceSessions.Current.Remove(session);
            var locks = RunspaceLocks.Current.Held.Where(one => one.Owner == session.Unobserved).ToArray();
            foreach (var held in locks)
            {
                // Nobody could renew it any more, nor give it back.
                held.Dispose();
                WriteWarning($"The lock of {Printable.Text(held.Key, 120)} was held with this session and is given back: what goes on under it is not alone any more.");
            }
            session.Dispose();
            // Last, for this may be said in a block under one of them, which is stopped by it.
            foreach (var held in locks) held.LoseWithSession();
        }
    }
}
