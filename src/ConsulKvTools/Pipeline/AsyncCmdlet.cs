using System.Collections.Concurrent;
using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// A cmdlet whose work runs off the pipeline thread. What the work writes waits in a queue that the pipeline thread drains, so the
/// Write methods may be called from anywhere, and Ctrl+C is heeded at once even while the work does not look.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    // So many objects may wait for a slow pipeline before the work waits too.
    private const int QueueLength = 512;

    private readonly CancellationTokenSource stop = new();
    private readonly AsyncLocal<bool> isWork = new();
    private volatile BlockingCollection<Action>? queue;

    /// <summary>Fires on Ctrl+C, and when the rest of the pipeline wants no more.</summary>
    protected CancellationToken StopToken => stop.Token;

    /// <summary>Runs <paramref name="work"/> to its end while writing what it has to say. Call it from the pipeline thread only.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    protected void Await(Func<CancellationToken, Task> work)
    {
        var actions = new BlockingCollection<Action>(QueueLength);
        queue = actions;
        var task = Task.Run(async () =>
        {
            isWork.Value = true;
            try
            {
                await work(stop.Token).ConfigureAwait(false);
            }
            finally
            {
                actions.CompleteAdding();
            }
        });
        try
        {
            foreach (var action in actions.GetConsumingEnumerable(stop.Token)) action();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Abandon(task);
            throw new PipelineStoppedException();
        }
        catch
        {
            // Someone downstream, or -ErrorAction Stop, ended the pipeline in the middle of a write.
            Abandon(task);
            throw;
        }
        finally
        {
            queue = null;
        }
        try
        {
            task.GetAwaiter().GetResult();
        }
        // Only our own stop: a time-out inside the work is a cancellation too, and must not vanish.
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Cancel();

    /// <summary>Writes an object, from any thread.</summary>
    protected new void WriteObject(object? sendToPipeline) => OnPipeline(() => base.WriteObject(sendToPipeline));

    /// <summary>Writes an error that concerns one input only, from any thread.</summary>
    protected new void WriteError(ErrorRecord errorRecord) => OnPipeline(() => base.WriteError(errorRecord));

    /// <summary>Writes a warning, from any thread.</summary>
    protected new void WriteWarning(string text) => OnPipeline(() => base.WriteWarning(text));

    /// <summary>Writes to the verbose stream, from any thread.</summary>
    protected new void WriteVerbose(string text) => OnPipeline(() => base.WriteVerbose(text));

    /// <summary>Shows progress, from any thread.</summary>
    protected new void WriteProgress(ProgressRecord progressRecord) => OnPipeline(() => base.WriteProgress(progressRecord));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called once the pipeline is through with this cmdlet, however it ended.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        Cancel();
        stop.Dispose();
    }

    private void OnPipeline(Action action)
    {
        if (!isWork.Value) action();
        // Once the pipeline has ended nobody takes what the work still has to say, and to say it from here would run PowerShell on two threads.
        else (queue ?? throw new OperationCanceledException()).Add(action, stop.Token);
    }

    private void Abandon(Task task)
    {
        Cancel();
        // Nobody waits for it any more, so nobody else would look at how it ended.
        task.ContinueWith(ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Cancel()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ctrl+C came after the end.
        }
    }
}
