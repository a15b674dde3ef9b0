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
        if (ShouldProcess(Printable.Text(LockedKey, 200), "Lock Consul key") && Take(isVital: false) is { } taken) WriteObject(taken);
    }
}
