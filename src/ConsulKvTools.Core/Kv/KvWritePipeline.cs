namespace ConsulKvTools.Kv;

/// <summary>
/// Writes many keys, several at a time. Writes to one key keep their order, results come out in the order the writes went in, and no
/// more than a bounded number waits.
/// </summary>
internal sealed class KvWritePipeline(ConsulKvSession session, int atOnce, CancellationToken cancellation) : IDisposable
{
    private readonly KvWriter writer = new(session);
    private readonly SemaphoreSlim places = new(atOnce);
    private readonly Queue<Task<ConsulKvWriteResult>> underWay = new();
    private readonly Dictionary<string, Task> lastOfKey = new(StringComparer.Ordinal);

    /// <summary>Takes one write; gives back results that are ready meanwhile. Waits while too many are under way.</summary>
    /// <remarks>Not for use from several threads at once.</remarks>
    public async Task<IReadOnlyList<ConsulKvWriteResult>> SubmitAsync(ConsulKvWrite write)
    {
        lastOfKey.TryGetValue(write.Key, out var before);
        var task = RunAsync(write, before is { IsCompleted: false } ? before : null);
        underWay.Enqueue(task);
        lastOfKey[write.Key] = task;
        var ready = new List<ConsulKvWriteResult>();
        while (underWay.Count > 0 && (underWay.Peek().IsCompleted || underWay.Count > atOnce * 4))
            ready.Add(await TakeAsync().ConfigureAwait(false));
        return ready;
    }

    /// <summary>The next result in order; null when none is under way.</summary>
    public async Task<ConsulKvWriteResult?> NextAsync() => underWay.Count == 0 ? null : await TakeAsync().ConfigureAwait(false);

    public void Dispose() => places.Dispose();

    private async Task<ConsulKvWriteResult> TakeAsync()
    {
        var task = underWay.Dequeue();
        var result = await task.ConfigureAwait(false);
        if (lastOfKey.TryGetValue(result.Key, out var last) && last == task) lastOfKey.Remove(result.Key);
        return result;
    }

    private async Task<ConsulKvWriteResult> RunAsync(ConsulKvWrite write, Task? before)
    {
        if (before is not null) await before.ConfigureAwait(false);
        await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            return await writer.WriteAsync(write, cancellation).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }
}
