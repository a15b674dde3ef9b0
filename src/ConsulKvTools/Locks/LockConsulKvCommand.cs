using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Takes a lock and keeps it until Unlock-ConsulKv, or until the runspace ends.</summary>
[Cmdlet(VerbsCommon.Lock, "ConsulKv", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Lock-ConsulKv.md")]
[OutputType(typeof(ConsulKvLock))]
public sealed class LockConsulKvCommand : KvLockCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Printable.Text(LockedKey, 200), "Lock Consul key") || Take(isVital: false) is not { } taken) return;
        try
        {
            WriteObject(taken);
        }
        // Who wants no more, as Select-Object -First 1, which looks like a stop here, or leaves a loop has it.
        catch (Exception ended) when (Stopping || ended is not (PipelineStoppedException or FlowControlException))
        {
            taken.Abandon(LastWord);
            throw;
        }
    }
}
