using System.Management.Automation;
using ConsulKvTools.Kv.Locks;

namespace ConsulKvTools.Commands;

/// <summary>Gives a lock back and ends its lock session, so that the next one gets it at once, without lock-delay.</summary>
[Cmdlet(VerbsCommon.Unlock, "ConsulKv", DefaultParameterSetName = LockSet, SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Unlock-ConsulKv.md")]
[OutputType(typeof(ConsulKvWriteResult))]
public sealed class UnlockConsulKvCommand : AsyncCmdlet
{
    private const string LockSet = "Lock";
    private const string KeySet = "Key";

    /// <summary>The lock, as Lock-ConsulKv gave it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = LockSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ConsulKvLock? Lock { get; set; }

    /// <summary>The key of a lock that was taken in this runspace. Where locks of this key are held with several sessions, give the lock itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KeySet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HeldLockCompleter))]
    public string Key { get; set; } = "";

    /// <summary>Removes the key, too, unless another has taken the lock meanwhile. A semaphore's is removed by its last holder.</summary>
    [Parameter]
    public SwitchParameter Remove { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if ((Lock ?? Find()) is not { } held) return;
        if (!ShouldProcess(Printable.Text(held.Key, 200), Remove ? "Unlock and remove Consul key" : "Unlock Consul key")) return;
        var result = Ask(cancellation => held.ReleaseAsync(Remove, cancellation));
        WriteObject(result);
        if (!held.IsReleased)
            WriteWarning($"{Printable.Text(held.Key, 200)} stays locked: unlock it again, or wait until Consul ends its lock session, which takes up to twice its TTL of {held.Ttl}.");
        if (FindingErrors.Of(result, held.Key) is { } error) WriteError(error);
    }

    private ConsulKvLock? Find()
    {
        var all = RunspaceLocks.Current.Held.Where(one => one.Key == Key).ToArray();
        var owners = all.Select(one => one.Owner).Distinct().ToArray();
        if (owners.Length > 1)
        {
            WriteError(FindingErrors.Invalid(this, "-Key", $"locks of {Printable.Text(Key, 120)} are held with several sessions ({string.Join(", ", owners.Select(InputOrigin.Shown))}); give the lock that Lock-ConsulKv returned", Key));
            return null;
        }
        var found = all.LastOrDefault();
        if (found is null)
            WriteError(FindingErrors.Invalid(this, "-Key", $"no lock of {Printable.Text(Key, 120)} was taken in this runspace; give the lock that Lock-ConsulKv returned", Key, ErrorCategory.ObjectNotFound));
        return found;
    }
}
