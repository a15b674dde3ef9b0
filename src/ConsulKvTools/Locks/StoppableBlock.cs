using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Runs a script block in this runspace, on this thread, as a pipeline of its own: so that it can be stopped while the command that runs it goes on.
/// Stopping is what Ctrl+C does to a pipeline: it ends cmdlets, loops, sleeps and native programs, but waits for a method of .NET that is under way.
/// </summary>
internal sealed class StoppableBlock
{
    private readonly object gate = new();
    private PowerShell? running;
    private bool isStopped;

    /// <summary>Runs it to its end; false when it left by exit, whose code is in <c>$LASTEXITCODE</c> then.</summary>
    /// <param name="block">The block.</param>
    /// <param name="argument">Its first argument.</param>
    /// <param name="pass">Takes what it writes, on this thread: objects and the records of all streams.</param>
    /// <exception cref="PipelineStoppedException">It was stopped.</exception>
    /// <exception cref="FlowControlException">It left by break or continue of a loop outside.</exception>
    /// <exception cref="RuntimeException">It threw.</exception>
    public bool Run(ScriptBlock block, object argument, Action<object?> pass)
    {
        Exception? downstream = null;
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        // The last word is missing when the block left by exit: a pipeline within another says that in no other way.
        var end = new object();
        var hasEnded = false;
        shell.AddScript("param($block, $argument, $end) & $block $argument 3>&1 4>&1 5>&1 6>&1; $end", useLocalScope: true).AddArgument(block).AddArgument(argument).AddArgument(end);
        var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) => Hand(output.ReadAll());
        shell.Streams.Error.DataAdded += (_, _) => Hand(shell.Streams.Error.ReadAll());
        lock (gate)
        {
            if (isStopped) throw new PipelineStoppedException();
            running = shell;
        }
        try
        {
            // Otherwise break would end the block alone, and the loop that called goes on as if nothing had happened.
            shell.Invoke(null, output, new PSInvocationSettings { ExposeFlowControlExceptions = true });
        }
        catch (Exception) when (downstream is not null)
        {
            // That it was stopped is only what came of it.
        }
        finally
        {
            lock (gate) running = null;
        }
        if (downstream is null)
        {
            lock (gate) return hasEnded || (isStopped ? throw new PipelineStoppedException() : false);
        }
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(downstream).Throw();
        return true;

        void Hand<T>(IEnumerable<T> records)
        {
            if (downstream is not null) return;
            try
            {
                foreach (var record in records)
                    if (record is PSObject { BaseObject: var said } && ReferenceEquals(said, end)) hasEnded = true;
                    else pass(record);
            }
            catch (Exception wantsNoMore)
            {
                // Thrown from here it would look to the block as if it came of what the block does.
                downstream = wantsNoMore;
                Stop();
            }
        }
    }

    /// <summary>Stops it, from any thread, without waiting for that.</summary>
    public void Stop()
    {
        lock (gate)
        {
            isStopped = true;
            try
            {
                running?.BeginStop(null, null);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }
}
