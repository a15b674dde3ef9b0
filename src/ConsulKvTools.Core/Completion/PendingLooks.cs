namespace ConsulKvTools.Completion;

/// <summary>
/// Keeps the prompt from waiting: a look that takes longer than a moment goes on by itself, and whoever asks the same again soon gets its
/// answer. So an agent far away completes at the second try, and one that hangs is asked once and not at every key pressed.
/// </summary>
/// <param name="patience">How long the prompt waits.</param>
/// <param name="time">Measures how old a look is.</param>
internal sealed class PendingLooks(TimeSpan patience, TimeProvider time)
{
    private const int Most = 8;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (Task Look, long Begun)> pending = new(StringComparer.Ordinal);

    /// <summary>The answer, when it is there in time.</summary>
    /// <param name="question">Tells the question, and whom it is put to, from all others.</param>
    /// <param name="look">Asks it. It is stopped after <see cref="Glance.Longest"/>.</param>
    /// <returns>Null when there is no answer in time, or none at all.</returns>
    public T? Ask<T>(string question, Func<CancellationToken, Task<T>> look)
        where T : class
    {
        lock (pending)
        {
            Forget();
            var task = pending.TryGetValue(question, out var known) ? known.Look as Task<T> : Begin(question, look);
            // An element of this list is waited for without throwing how it ended.
            if (task is null || Task.WaitAny([task], patience) < 0) return null;
            // Given out once: the next question is about the store as it is then.
            pending.Remove(question);
            return task.Status == TaskStatus.RanToCompletion ? task.Result : null;
        }
    }

    /// <summary>Null when too many are still on their way: somebody keeps asking an agent that does not answer.</summary>
    private Task<T>? Begin<T>(string question, Func<CancellationToken, Task<T>> look)
        where T : class
    {
        if (pending.Count >= Most)
        {
            var unfetched = pending.Where(row => row.Value.Look.IsCompleted).OrderBy(row => row.Value.Begun).Select(row => row.Key).FirstOrDefault();
            if (unfetched is null) return null;
            pending.Remove(unfetched);
        }
        // Not on this thread: on .NET Framework names are looked up before anything asynchronous begins.
        var task = Task.Run(async () =>
        {
            using var end = new CancellationTokenSource(Glance.Longest);
            return await look(end.Token).ConfigureAwait(false);
        });
        // Perhaps nobody comes back to see how it ended.
        task.ContinueWith(ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        pending[question] = (task, time.GetTimestamp());
        return task;
    }

    /// <summary>Drops what is too old to be shown, and what ended with nothing to show.</summary>
    private void Forget()
    {
        foreach (var question in pending.Where(row => time.GetElapsedTime(row.Value.Begun) > Lifetime || row.Value.Look.IsFaulted || row.Value.Look.IsCanceled).Select(row => row.Key).ToArray())
            pending.Remove(question);
    }
}
