using System.Management.Automation;
using System.Runtime.ExceptionServices;
using ConsulKvTools.Kv.Locks;

namespace ConsulKvTools.Commands;

/// <summary>Runs a script block while a lock is held, and gives the lock back however the block ends.</summary>
/// <remarks>When the lock is lost the block is stopped as by Ctrl+C, and the command ends with an error.</remarks>
[Cmdlet(VerbsLifecycle.Invoke, "ConsulKvLock", DefaultParameterSetName = KeySet, SupportsShouldProcess = true, HelpUri = HelpPages.Folder + "Invoke-ConsulKvLock.md")]
[OutputType(typeof(object))]
public sealed class InvokeConsulKvLockCommand : KvLockCmdlet
{
    private readonly StoppableBlock block = new();
    private ConsulKvLock? held;
    private volatile bool isStopped;

    /// <summary>What runs under the lock, in a scope of its own as with the operator <c>&amp;</c>. Its first argument is the lock: <c>{ param($lock) … }</c>.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>Removes the key afterwards, unless another has taken the lock meanwhile.</summary>
    [Parameter]
    public SwitchParameter Remove { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Printable.Text(LockedKey, 200), "Run a script block under the lock of Consul key")) return;
        var taken = held = Take(isVital: true)!;
        Exception? thrown = null;
        var hasLeft = false;
        try
        {
            using (taken.Lost.Register(block.Stop))
            using (RunspaceLocks.Termination.Register(block.Stop))
                hasLeft = !block.Run(ScriptBlock!, taken, EnclosingTry.IsAround(this), ((Cmdlet)this).WriteObject, Pass);
        }
        catch (Exception any)
        {
            // Thrown again below, once the lock is given back.
            thrown = any;
        }
        // What the block itself has given back was not lost.
        var isLost = taken.Loss is not null || !(taken.IsHeld || taken.IsReleased);
        if (!isStopped && isLost)
        {
            var loss = LockLosses.Of(taken);
            Abandon();
            ThrowTerminatingError(FindingErrors.Create(loss, LockedKey));
        }
        // A stop reaches the block's own pipeline first, which then looks as if the block had left.
        if (isStopped || Stopping || thrown is PipelineStoppedException) Abandon();
        else GiveBack(taken);
        held = null;
        if (isStopped || Stopping) throw new PipelineStoppedException();
        if (thrown is not null) ExceptionDispatchInfo.Capture(thrown).Throw();
        // The block ran as a pipeline of its own, which is all that its exit has ended: what called it must not go on either.
        if (hasLeft) ScriptBlock.Create("exit $args[0]").Invoke(SessionState.PSVariable.GetValue("global:LASTEXITCODE"));
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        isStopped = true;
        block.Stop();
        base.StopProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // However the pipeline ended.
        if (disposing) Abandon();
        base.Dispose(disposing);
    }

    private void Abandon()
    {
        held?.Abandon(LastWord);
        // Once: the time that a stop may take is not there twice.
        held = null;
    }

    private void GiveBack(ConsulKvLock taken)
    {
        var result = Ask(cancellation => taken.ReleaseAsync(Remove, cancellation));
        if (FindingErrors.Of(result, LockedKey) is { Exception: ConsulException } notGiven) WriteWarning($"{Printable.Text(LockedKey, 120)} was not given back: {FindingErrors.Warning(result.Finding!)}");
    }

    /// <summary>What the block says goes where it would go without this command.</summary>
    private void Pass(object said)
    {
        Cmdlet pipeline = this;
        switch (said)
        {
            case ErrorRecord error:
                pipeline.WriteError(error);
                break;
            case WarningRecord warning:
                pipeline.WriteWarning(warning.Message);
                break;
            // What comes although it is not preferred here was asked for in the block itself.
            case VerboseRecord verbose when !IsVerbose:
                Host?.UI?.WriteVerboseLine(verbose.Message);
                break;
            case VerboseRecord verbose:
                pipeline.WriteVerbose(verbose.Message);
                break;
            case DebugRecord debug when !IsPreferred("Debug", "DebugPreference"):
                Host?.UI?.WriteDebugLine(debug.Message);
                break;
            case DebugRecord debug:
                pipeline.WriteDebug(debug.Message);
                break;
            case InformationRecord information:
                pipeline.WriteInformation(information);
                break;
        }
    }
}
