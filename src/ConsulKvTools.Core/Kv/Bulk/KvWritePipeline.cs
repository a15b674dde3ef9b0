namespace ConsulKvTools.Kv.Bulk;

/// <summary>
/// Writes many keys: neighbours share transactions, several of which are under way at once. Writes to one key keep their order, results
/// come out in the order the writes went in, a bad write is found without harm to the others, and no more than a bounded number waits.
/// </summary>
/// <remarks>Not for use from several threads at once.</remarks>
internal sealed class KvWritePipeline : IDisposable
{
    // A producer that is slower than this does not gather: its writes are sent as they come.
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMilliseconds(10);

    private readonly object gate = new();
    private readonly ConsulKvSession session;
    private readonly BatchRun run;
    private readonly int atOnce;
    private readonly TimeSpan patience;
    private readonly Queue<WriteBatch> underWay = new();
    private readonly Queue<ConsulKvWriteResult> taken = new();
    private readonly Dictionary<string, WriteBatch> lastOfKey = new(StringComparer.Ordinal);
    private readonly ITimer timer;
    private volatile Task? oldest;
    private volatile int count;
    private WriteBatch? current;
    private WriteBatch? barrier;

    /// <summary>A pipeline.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="atOnce">Requests under way at once, 1 or more.</param>
    /// <param name="cancellation">Nothing more is sent once it fires; what is under way has a moment to be answered.</param>
    /// <param name="patience">How long to gather at most; null for 10 ms.</param>
    public KvWritePipeline(ConsulKvSession session, int atOnce, CancellationToken cancellation, TimeSpan? patience = null)
    {
        this.session = session;
        this.patience = patience ?? DefaultPatience;
        run = new BatchRun(session, atOnce, cancellation);
        this.atOnce = atOnce;
        timer = session.Time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What to wait for before more is added; null when there is room.</summary>
    /// <remarks>Half of what is under way: to wait for each batch would be to wake up for each, and to find little to do.</remarks>
    public Task? Room
    {
        get
        {
            if (count < atOnce * 2) return null;
            lock (gate) return underWay.ElementAt(atOnce - 1).Done;
        }
    }

    /// <summary>Ends when the oldest results are there; null when nothing is under way.</summary>
    public Task? Oldest => oldest;

    /// <summary>True when <see cref="TryTake"/> has something to give.</summary>
    public bool HasReady => oldest is { IsCompleted: true };

    /// <summary>Adds a write. Never waits and never throws for what is wrong with a write: that is its result.</summary>
    public void Add(ConsulKvWrite write)
    {
        var problem = run.Writer.Check(ref write);
        var size = problem is null ? run.SizeOf(write) : 0;
        lock (gate)
        {
            lastOfKey.TryGetValue(write.Key, out var earlier);
            var isTree = write.Kind == ConsulKvWriteKind.DeleteTree;
            if (current is not null && (isTree || earlier == current || current.Count == TransactionLimits.Operations || current.Bytes + size > run.Largest)) Start();
            if (current is null)
            {
                current = new WriteBatch(session, TransactionLimits.Operations);
                if (barrier is not null) current.After(barrier.Done);
                timer.Change(patience, Timeout.InfiniteTimeSpan);
            }
            if (problem is null && earlier is not null) current.After(earlier.Done);
            current.Add(write, size);
            if (problem is not null) current.Settle(current.Count - 1, run.Writer.Refused(write, problem, current.TicketOf(current.Count - 1).Id));
            if (problem is null) lastOfKey[write.Key] = current;
            if (isTree)
            {
                // Which keys it removes is not known here: what came before is done before it, what comes after waits for it.
                foreach (var other in underWay) current.After(other.Done);
                barrier = current;
                Start();
            }
            else if (current.Count == TransactionLimits.Operations) Start();
        }
    }

    /// <summary>Adds writes that are done all or none, in one transaction.</summary>
    public void AddAtomic(IReadOnlyList<ConsulKvWrite> writes)
    {
        lock (gate)
        {
            Start();
            current = new WriteBatch(session, writes.Count, isAtomic: true);
            foreach (var write in writes) current.Add(write, 0);
            Start();
        }
    }

    /// <summary>Sends what is gathered, without waiting for more.</summary>
    public void Flush()
    {
        lock (gate) Start();
    }

    /// <summary>The oldest results if they are there. Those of neighbouring writes come together.</summary>
    public bool TryTake(out ArraySegment<ConsulKvWriteResult> results)
    {
        results = default;
        WriteBatch batch;
        lock (gate)
        {
            if (underWay.Count == 0 || !underWay.Peek().Done.IsCompleted) return false;
            batch = underWay.Dequeue();
            Look();
            for (var position = 0; position < batch.Count; position++)
            {
                var key = batch[position].Key;
                if (lastOfKey.TryGetValue(key, out var last) && last == batch) lastOfKey.Remove(key);
            }
            if (barrier == batch) barrier = null;
        }
        batch.Done.GetAwaiter().GetResult();
        results = batch.Results;
        return true;
    }

    /// <summary>Adds a write and gives back the results that are ready meanwhile. Waits while too many are under way.</summary>
    public async ValueTask<IReadOnlyList<ConsulKvWriteResult>> SubmitAsync(ConsulKvWrite write)
    {
        Add(write);
        var ready = new List<ConsulKvWriteResult>(taken);
        taken.Clear();
        while (true)
        {
            while (TryTake(out var results)) ready.AddRange(results);
            if (Room is not { } room) return ready;
            await room.ConfigureAwait(false);
        }
    }

    /// <summary>The next result in order, waiting for it; null when none is left.</summary>
    public async ValueTask<ConsulKvWriteResult?> NextAsync()
    {
        if (taken.Count == 0)
        {
            Flush();
            if (Oldest is not { } oldest) return null;
            await oldest.ConfigureAwait(false);
            TryTake(out var results);
            foreach (var result in results) taken.Enqueue(result);
        }
        return taken.Dequeue();
    }

    /// <summary>After a stop: what is known of the writes whose results were not taken, once what was under way has had its moment.</summary>
    /// <param name="patience">How long to wait for that.</param>
    public StoppedWrites Abandon(TimeSpan patience)
    {
        WriteBatch[] left;
        lock (gate)
        {
            if (current is { } gathered)
            {
                // Of what was not even begun it is known at once that it will not be written.
                for (var position = 0; position < gathered.Count; position++)
                    if (!gathered.IsSettled(position)) gathered.Settle(position, run.Writer.Cancelled(gathered[position], gathered.TicketOf(position).Id));
                underWay.Enqueue(gathered);
                current = null;
            }
            left = [.. underWay];
        }
        Task.WaitAll([.. left.Select(batch => batch.Done)], patience);
        return StoppedWrites.Of(left);
    }

    public void Dispose()
    {
        timer.Dispose();
        run.Dispose();
    }

    private void Start()
    {
        if (current is null) return;
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var batch = current;
        current = null;
        batch.Start(run.RunAsync);
        underWay.Enqueue(batch);
        Look();
    }

    private void Look()
    {
        count = underWay.Count;
        oldest = count == 0 ? null : underWay.Peek().Done;
    }
}
