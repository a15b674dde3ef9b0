using System.Collections.Concurrent;
using System.Text;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// Clients write keys that nobody else writes, one by one and many at a time. No <c>Written</c> is missing, then or in the end; no <c>Failed</c>,
/// <c>Conflict</c> or <c>Denied</c> is there, not even after late attempts had time to land.
/// </summary>
internal sealed class SetWorkload(RunContext run, int singles, int bulks) : Workload(run)
{
    private readonly ConcurrentQueue<Done> all = new();
    private readonly ConcurrentQueue<Violation> early = new();

    public override string Name => "set";

    public override int Clients => singles + bulks;

    public override async Task RunAsync(int number, RunClient client)
    {
        for (var count = 0; !Run.IsOver;)
        {
            if (number >= singles)
            {
                count = await WriteManyAsync(client, count);
                // Without a rest the bulk writers alone would fill the cluster and the counts.
                await Task.Delay(client.Random.Next(200, 800));
                continue;
            }
            var done = await Run.WriteAsync(Name, client, Request(client, ++count));
            all.Enqueue(done);
            if (client.Random.Next(5) == 0 && await Run.ReadAsync(Name, client, done.Write.Key) is { } read && Wrong(done, read.Result.Entry?.Value) is { } wrong)
                early.Enqueue(Violated(done.Write.Key, wrong, [Line(done)], done.Begin, read.Step.End));
        }
    }

    public override async Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in new KvReader(client.Session).ListAsync("set/", ConsulConsistency.Consistent, (_, _) => { }, CancellationToken.None))
            stored[entry.Key] = entry.Value;
        var late = all.Select(done => (Done: done, Wrong: Wrong(done, stored.GetValueOrDefault(done.Write.Key)))).Where(one => one.Wrong is not null)
            .Select(one => Violated(one.Done.Write.Key, "In the end: " + one.Wrong, [Line(one.Done)], one.Done.Begin, one.Done.End));
        return [.. early, .. late];
    }

    private static string? Wrong(Done done, string? stored)
    {
        var value = Encoding.UTF8.GetString(done.Write.Value);
        return done.Result.Outcome switch
        {
            ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged when stored != value => $"it is {done.Result.Outcome} but {(stored is null ? "not there" : $"'{stored}' is there")}.",
            ConsulKvOutcome.Unknown when stored is not null && stored != value => $"'{stored}' is there, which nobody wrote.",
            ConsulKvOutcome.Conflict or ConsulKvOutcome.Denied or ConsulKvOutcome.Failed when stored is not null => $"it is {done.Result.Outcome} but it is there.",
            _ => null,
        };
    }

    private static ConsulKvWrite Request(RunClient client, int count) =>
        new() { Key = $"set/{client.Name}/{count:000000}", Value = Encoding.UTF8.GetBytes($"value {count} of {client.Name}") };

    private async Task<int> WriteManyAsync(RunClient client, int count)
    {
        using var pipeline = new KvWritePipeline(client.Session, 8, CancellationToken.None);
        var waiting = new Queue<(ConsulKvWrite Write, long Begin, ulong Floor)>();
        for (var until = count + client.Random.Next(20, 200); count < until && !Run.IsOver;)
        {
            var write = Request(client, ++count);
            waiting.Enqueue((write, Run.Clock.Now, Run.Floor));
            foreach (var result in await pipeline.SubmitAsync(write)) Take(result);
        }
        while (await pipeline.NextAsync() is { } result) Take(result);
        if (waiting.Count > 0) early.Enqueue(Violated(waiting.Peek().Write.Key, $"{waiting.Count} writes of a pipeline have no result.", [], waiting.Peek().Begin, Run.Clock.Now));
        return count;

        void Take(ConsulKvWriteResult result)
        {
            var (write, begin, floor) = waiting.Dequeue();
            var done = Run.Note(Name + " in bulk", new Done(client.Name, write, result, begin, Run.Clock.Now, floor));
            all.Enqueue(done);
            if (result.Key != write.Key) early.Enqueue(Violated(write.Key, $"its place among the results holds {result.Key}.", [Line(done)], begin, done.End));
        }
    }
}
