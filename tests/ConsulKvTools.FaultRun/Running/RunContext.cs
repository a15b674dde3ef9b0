using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.Kv;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>What all clients of a run share: its clock, its counts, and the one way to do and note an operation.</summary>
internal sealed class RunContext(WriteKey write, TextWriter? echo)
{
    private ulong highest;

    /// <summary>The product's own way to write.</summary>
    public static Task<ConsulKvWriteResult> Product(ConsulKvSession session, ConsulKvWrite write, CancellationToken cancellation) =>
        new KvWriter(session).WriteAsync(write, cancellation);

    /// <summary>The run's time.</summary>
    public RunClock Clock { get; } = new();

    /// <summary>The run's log.</summary>
    public RunLog Log => log ??= new RunLog(Clock, echo);

    private RunLog? log;

    /// <summary>Operations by kind and outcome.</summary>
    public Tally Tally { get; } = new();

    /// <summary>True once no client is to begin another operation.</summary>
    public bool IsOver => Volatile.Read(ref over);

    private bool over;

    /// <summary>The greatest index that any answer has shown so far: what is written from now on gets a greater one.</summary>
    public ulong Floor => Volatile.Read(ref highest);

    /// <summary>Lets the clients finish what they are at.</summary>
    public void End() => Volatile.Write(ref over, true);

    /// <summary>Writes and notes what was said.</summary>
    public async Task<Done> WriteAsync(string workload, RunClient client, ConsulKvWrite request)
    {
        var (begin, floor) = (Clock.Now, Floor);
        var result = await write(client.Session, request, CancellationToken.None).ConfigureAwait(false);
        return Note(workload, new Done(client.Name, request, result, begin, Clock.Now, floor));
    }

    /// <summary>Notes a write that was done elsewhere.</summary>
    public Done Note(string workload, Done done)
    {
        if (done.Result.ModifyIndex is { } index) See(index);
        var kind = done.Write.Kind + (done.Write.Fenced ? " fenced" : "") + (done.Write.OperationPrefix is null ? "" : " with marker");
        var outcome = done.Result.Outcome;
        Tally.Add(workload, kind, outcome.ToString(), outcome is ConsulKvOutcome.Unknown or ConsulKvOutcome.Failed or ConsulKvOutcome.Denied ? done.Result.Code ?? "none" : null);
        return done;
    }

    /// <summary>Reads by consensus; null when there was no answer.</summary>
    public async Task<(KvReadResult Result, Step Step)?> ReadAsync(string workload, RunClient client, string key)
    {
        var begin = Clock.Now;
        try
        {
            var result = await new KvReader(client.Session).GetAsync(key, ConsulConsistency.Consistent, CancellationToken.None).ConfigureAwait(false);
            var end = Clock.Now;
            if (result.Entry is { } entry) See(entry.ModifyIndex);
            Tally.Add(workload, "Read", result.State.ToString());
            return (result, WriteSteps.OfRead(client.Name, result, begin, end));
        }
        catch (ConsulException failed)
        {
            Tally.Add(workload, "Read", "NoAnswer", failed.Finding.Code);
            return null;
        }
    }

    private void See(ulong index)
    {
        var seen = Volatile.Read(ref highest);
        while (index > seen)
        {
            var before = Interlocked.CompareExchange(ref highest, index, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
