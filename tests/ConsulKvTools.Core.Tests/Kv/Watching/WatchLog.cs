using System.Collections.Concurrent;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.Tests.Kv.Watching;

/// <summary>A watch under way, and all it said.</summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource end = new();
    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KvWatch watch;
    private readonly Task watching;

    public WatchLog(ConsulKvSession session, KvWatchOptions options)
    {
        watch = new KvWatch(session, options, Note);
        watching = Task.Run(WatchAsync);
    }

    public ConcurrentQueue<ConsulKvChange> Changes { get; } = new();

    public ConcurrentQueue<KvWatchNote> Notes { get; } = new();

    /// <summary>What the last attempt met; null when it got an answer.</summary>
    public ConsulFinding? Trouble => watch.Trouble;

    /// <summary>What was said, in short: <c>Added a/x=1</c>.</summary>
    public IEnumerable<string> Lines => Changes.Select(change => $"{change.Kind} {change.Key}" + (change.NewEntry is null ? "" : $"={change.NewValue}"));

    /// <summary>Waits for the first answer.</summary>
    public Task BeganAsync() => began.Task.WaitAsync(Patience);

    /// <summary>Waits until something was said.</summary>
    public async Task UntilAsync(Func<WatchLog, bool> isSo)
    {
        var until = DateTime.UtcNow + Patience;
        while (!isSo(this))
        {
            if (watching.IsFaulted) await watching;
            Assert.True(DateTime.UtcNow < until, $"Said so far: {string.Join("; ", Lines)}. Noted: {string.Join("; ", Notes.Select(note => note.Text))}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var changes in watch.RunAsync(end.Token))
                foreach (var change in changes) Changes.Enqueue(change);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // It was stopped.
        }
        catch (Exception failed)
        {
            began.TrySetException(failed);
            throw;
        }
    }

    private void Note(KvWatchNote note)
    {
        Notes.Enqueue(note);
        if (note.Kind == KvWatchNoteKind.Began) began.TrySetResult();
    }
}
