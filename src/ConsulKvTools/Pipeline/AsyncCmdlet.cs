using System.Management.Automation;
using System.Threading.Channels;

namespace ConsulKvTools.Commands;

/// <summary>
/// A cmdlet whose work runs off the pipeline thread. What the work writes waits in a queue that the pipeline thread drains, so the
/// Write methods may be called from anywhere, and Ctrl+C is heeded at once even while the work does not look.
/// </summary>
public abstract partial class AsyncCmdlet : PSCmdlet, IDisposable
{
    // So many things to say may wait for a slow pipeline before the work waits too. One of them may be a whole piece of a listing.
    private const int QueueLength = 16;
    private const int Beat = 100;

    private readonly CancellationTokenSource stop = new();
    private readonly AsyncLocal<bool> isWork = new();
    private volatile ChannelWriter<Action>? queue;

    /// <summary>Fires on Ctrl+C, and when the rest of the pipeline wants no more.</summary>
    protected CancellationToken StopToken => stop.Token;

    /// <summary>Runs <paramref name="work"/> to its end while writing what it has to say. Call it from the pipeline thread only.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    protected void Await(Func<CancellationToken, Task> work)
    {
        var actions = Channel.CreateBounded<Action>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        queue = actions.Writer;
        var task = Task.Run(async () =>
        {
            isWork.Value = true;
            try
            {
                await work(stop.Token).ConfigureAwait(false);
            }
            finally
            {
                actions.Writer.TryComplete();
            }
        });
        try
        {
            while (true)
            {
                while (actions.Reader.TryRead(out var action)) action();
                var more = actions.Reader.WaitToReadAsync(stop.Token).AsTask();
                Block(more);
                if (!more.GetAwaiter().GetResult()) break;
            }
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
            // Whoever waits for room waits no longer.
            actions.Writer.TryComplete();
        }
        Finish(task);
    }

    /// <summary>
    /// Asks a question that writes nothing itself, and waits for the answer: without the detours of <see cref="Await"/>, which cost more than
    /// a read of one key takes. Call it from the pipeline thread only.
    /// </summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    protected T Ask<T>(Func<CancellationToken, Task<T>> question) => Answer(StartQuestion(question));

    /// <summary>Begins a question that writes nothing itself; its answer is waited for by <see cref="Answer"/>, while others are under way.</summary>
    private protected Task<T> Begin<T>(Func<CancellationToken, Task<T>> question) => StartQuestion(question);

    /// <summary>Waits for the answer. Call it from the pipeline thread only.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped meanwhile.</exception>
    private protected T Answer<T>(Task<T> task)
    {
        try
        {
            Block(task);
        }
        catch (OperationCanceledException)
        {
            Abandon(task);
            throw new PipelineStoppedException();
        }
        catch
        {
            // Someone downstream ended the pipeline over what was said meanwhile.
            Abandon(task);
            throw;
        }
        Finish(task);
        return task.Result;
    }

    /// <summary>True for a command that has something to say while it waits.</summary>
    private protected virtual bool HasBeat => false;

    /// <summary>Called on the pipeline thread several times a second while the command waits.</summary>
    private protected virtual void OnBeat()
    {
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Cancel();

    /// <summary>Writes an object, from any thread.</summary>
    protected new void WriteObject(object? sendToPipeline) => OnPipeline(() => base.WriteObject(sendToPipeline));

    /// <summary>Writes many objects, one after the other, from the work: far cheaper than one by one. Waits while the pipeline is behind.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="written">Told how many they were, on the pipeline thread, once they are written.</param>
    private protected ValueTask WriteObjectsAsync(Array objects, Action<long> written) => OnPipelineAsync(() =>
    {
        base.WriteObject(objects, enumerateCollection: true);
        written(objects.Length);
    });

    /// <summary>Writes an error that concerns one input only, from any thread.</summary>
    protected new void WriteError(ErrorRecord errorRecord) => OnPipeline(() => base.WriteError(errorRecord));

    /// <summary>Writes a warning, from any thread.</summary>
    protected new void WriteWarning(string text) => OnPipeline(() => base.WriteWarning(text));

    /// <summary>Writes to the verbose stream, from any thread.</summary>
    protected new void WriteVerbose(string text) => OnPipeline(() => base.WriteVerbose(text));

    /// <summary>Shows progress, from any thread.</summary>
    protected new void WriteProgress(ProgressRecord progressRecord) => OnPipeline(() => base.WriteProgress(progressRecord));

    /// <summary>Does something that only the pipeline thread may do, from any thread.</summary>
    private protected void OnPipelineThread(Action action) => OnPipeline(action);

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
        else if (queue?.TryWrite(action) != true) OnPipelineAsync(action).AsTask().GetAwaiter().GetResult();
    }

    private async ValueTask OnPipelineAsync(Action action)
    {
        try
        {
            // Once the pipeline has ended nobody takes what the work still has to say, and to say it from here would run PowerShell on two threads.
            await (queue ?? throw new OperationCanceledException()).WriteAsync(action, stop.Token).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException();
        }
    }

    /// <summary>
    /// Waits for the end of <paramref name="task"/>, however it ends. Unlike <see cref="Task.Wait()"/> it does not spin first: an answer from the
    /// network takes longer than any spin, and on a busy machine every turn given up on the way costs milliseconds.
    /// </summary>
    /// <exception cref="OperationCanceledException">The pipeline was stopped meanwhile.</exception>
    private protected void Block(Task task)
    {
        if (task.IsCompleted) return;
        // Not disposed: the task may end after the pipeline was stopped, and there is nothing in it to dispose of.
        var ended = new ManualResetEventSlim(false, spinCount: 0);
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(ended.Set);
        if (HasBeat)
            while (!ended.Wait(Beat, stop.Token)) OnBeat();
        else ended.Wait(stop.Token);
    }

    private void Finish(Task task)
    {
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
