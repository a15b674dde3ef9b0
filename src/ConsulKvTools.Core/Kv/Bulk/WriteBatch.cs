using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Kv.Bulk;

/// <summary>Neighbouring writes of a pipeline, in input order, no key twice: what can share a transaction does.</summary>
/// <param name="session">Where to write.</param>
/// <param name="room">How many writes it takes.</param>
/// <param name="isAtomic">True when it is all or nothing.</param>
internal sealed class WriteBatch(ConsulKvSession session, int room, bool isAtomic = false)
{
    private readonly ConsulKvWrite[] writes = new ConsulKvWrite[room];
    private readonly WriteTicket[] tickets = new WriteTicket[room];
    private readonly long[] sizes = new long[room];
    private readonly ConsulKvWriteResult?[] results = new ConsulKvWriteResult?[room];
    private List<Task>? before;

    /// <summary>True when it is all or nothing.</summary>
    public bool IsAtomic { get; } = isAtomic;

    /// <summary>The writes.</summary>
    public ArraySegment<ConsulKvWrite> Writes => new(writes, 0, Count);

    /// <summary>How many writes it has.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that one transaction of them all would put on the wire.</summary>
    public long Bytes { get; private set; } = TransactionSize.Empty;

    /// <summary>Ends when every write has its result. Set once the batch is started.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>True when the write at a position can be part of a transaction.</summary>
    public bool IsShared(int position) => sizes[position] > 0;

    /// <summary>The write at a position.</summary>
    public ConsulKvWrite this[int position] => writes[position];

    /// <summary>What the write at a position carries.</summary>
    public ref readonly WriteTicket TicketOf(int position) => ref tickets[position];

    /// <summary>What all of them carry.</summary>
    public ArraySegment<WriteTicket> Tickets => new(tickets, 0, Count);

    /// <summary>The results in input order. Whole once <see cref="Done"/> has ended.</summary>
    public ArraySegment<ConsulKvWriteResult> Results => new(results!, 0, Count);

    /// <summary>Adds a write at the end.</summary>
    /// <param name="write">The write.</param>
    /// <param name="size">Its bytes within a transaction; 0 when it cannot be part of one.</param>
    public void Add(ConsulKvWrite write, long size)
    {
        tickets[Count] = session.Telemetry.Begin(session, write.Kind);
        // Each but the first brings a comma.
        Bytes += size + 1;
        sizes[Count] = size;
        writes[Count++] = write;
    }

    /// <summary>Sets the result of the write at a position: its end.</summary>
    public void Settle(int position, ConsulKvWriteResult result)
    {
        results[position] = result;
        session.Telemetry.End(session, tickets[position], writes[position], result);
    }

    /// <summary>True when the write at a position has its result already.</summary>
    public bool IsSettled(int position) => results[position] is not null;

    /// <summary>Nothing of this batch is sent before <paramref name="earlier"/> has ended: they share a key.</summary>
    public void After(Task earlier)
    {
        before ??= [];
        if (!before.Contains(earlier)) before.Add(earlier);
    }

    /// <summary>Closes the batch and lets <paramref name="run"/> loose on it.</summary>
    public void Start(Func<WriteBatch, Task, Task> run)
    {
        var earlier = before is null ? Task.CompletedTask : Task.WhenAll(before);
        before = null;
        Done = run(this, earlier);
    }
}
