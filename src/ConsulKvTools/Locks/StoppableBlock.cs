using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// Runs a script block in this runspace, on this thread, as a pipeline of its own: so that it can be stopped while the command that runs it goes on.
/// Stopping is what Ctrl+C does to a pipeline: it ends cmdlets, loops, sleeps and native programs, but waits for a method of .NET that is under way.
/// </summary>
internal sealed class StoppableBlock
{
    // Without names of its own, which would hide those of the block's surroundings. Output is marked before the other streams join it: what the block
    // itself has merged, as by 2>&1, is output. The last word is missing when the block left by exit: a pipeline within another says that in no other way.
    private const string Marked = "& { & $args[0] $args[1] | & $args[2] $args[3] } @args 3>&1 4>&1 5>&1 6>&1";
    private const string LastWord = "$args[4]";

    private static readonly ScriptBlock Mark = ScriptBlock.Create("param($mark) process { , ($mark, $_) }");

    private readonly object gate = new();
    private PowerShell? running;
    private bool isStopped;

    /// <summary>Runs it to its end; false when it left by exit, whose code is in <c>$LASTEXITCODE</c> then.</summary>
    /// <param name="block">The block.</param>
    /// <param name="argument">Its first argument.</param>
    /// <param name="isInTry">True ends it with an error that ends a statement, as in a <c>try</c>.</param>
    /// <param name="write">Takes its output, on this thread.</param>
    /// <param name="pass">Takes the records of all other streams, on this thread.</param>
    /// <exception cref="PipelineStoppedException">It was stopped.</exception>
    /// <exception cref="FlowControlException">It left by break or continue of a loop outside.</exception>
    /// <exception cref="RuntimeException">It threw.</exception>
    public bool Run(ScriptBlock block, object argument, bool isInTry, Action<object?> write, Action<object> pass)
    {
        Exception? downstream = null;
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        var (mark, end) = (new object(), new object());
        var hasEnded = false;
        shell.AddScript($"{(isInTry ? $"try {{ {Marked} }} catch {{ throw }}" : Marked)}; {LastWord}", useLocalScope: true)
            .AddArgument(block).AddArgument(argument).AddArgument(Mark).AddArgument(mark).AddArgument(end);
        var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) => Hand(output.ReadAll(), said =>
        {
            if (ReferenceEquals(said.BaseObject, end)) hasEnded = true;
            else if (said.BaseObject is object?[] { Length: 2 } marked && ReferenceEquals(Bare(marked[0]), mark)) write(marked[1]);
            else pass(said.BaseObject);
        });
        shell.Streams.Error.DataAdded += (_, _) => Hand(shell.Streams.Error.ReadAll(), pass);
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

        void Hand<T>(IEnumerable<T> records, Action<T> take)
        {
            if (downstream is not null) return;
            try
            {
                foreach (var record in records) take(record);
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

    private static object? Bare(object? said) => said is PSObject wrapped ? wrapped.BaseObject : said;
}
