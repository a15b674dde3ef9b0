using System.Collections.Concurrent;
using System.Text;
using ConsulKvTools.FaultRun.Checking;
using ConsulKvTools.FaultRun.Running;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// Groups of clients read and write one key by every kind of write, then go on to the next key. Every key's history must be linearizable.
/// </summary>
internal sealed class RegisterWorkload(RunContext run, int groups = 2, int groupSize = 4, int operationsPerKey = 250) : Workload(run)
{
    private readonly ConcurrentQueue<SharedKey> all = new();
    private readonly SharedKey[] current = new SharedKey[groups];
    private readonly Lock gate = new();
    private int keys;

    public override string Name => "register";

    public override int Clients => groups * groupSize;

    public override async Task RunAsync(int number, RunClient client)
    {
        var group = number / groupSize;
        var (lastKey, lastValue, lastIndex, count) = (default(SharedKey), default(string), 0UL, 0);
        while (!Run.IsOver)
        {
            var key = Current(group);
            if (key != lastKey) (lastKey, lastValue, lastIndex) = (key, null, 0);
            var fresh = $"{client.Name}.{++count}";
            if (client.Random.Next(100) < 35 || Choose(key.Name, fresh, lastValue, lastIndex, client.Random) is not { } write)
            {
                if (await Run.ReadAsync(Name, client, key.Name) is not { } read) continue;
                key.Add([read.Step]);
                (lastValue, lastIndex) = (read.Result.Entry?.Value, read.Result.Entry?.ModifyIndex ?? 0);
            }
            else
            {
                key.Add(WriteSteps.Of(await Run.WriteAsync(Name, client, write)));
            }
        }
    }

    public override async Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        // Late attempts land on keys that nobody works on any more: one more look at each shows them.
        foreach (var key in all)
            if (await Run.ReadAsync(Name, client, key.Name) is { } last) key.Add([last.Step]);
        return all.AsParallel().Select(key => Unexplained(key.Name, [.. key.Steps])).OfType<Violation>().ToList();
    }

    /// <summary>A write of a kind that makes sense after what was last read; null when a read is due first.</summary>
    private static ConsulKvWrite? Choose(string key, string fresh, string? lastValue, ulong lastIndex, Random random)
    {
        var put = new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(fresh) };
        return random.Next(100) switch
        {
            < 8 => put,
            < 28 => put with { Fenced = true },
            < 40 => put with { Kind = ConsulKvWriteKind.CreateOnly },
            < 43 => put with { Kind = ConsulKvWriteKind.Delete },
            < 46 => put with { Kind = ConsulKvWriteKind.Delete, Fenced = true },
            < 52 => put with { Kind = ConsulKvWriteKind.CreateOnly, OperationPrefix = "operations/" },
            _ when lastIndex == 0 => null,
            < 56 => put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = lastIndex, Value = Encoding.UTF8.GetBytes(lastValue!) },
            < 72 => put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = lastIndex },
            < 88 => put with { Kind = ConsulKvWriteKind.CheckAndSet, Index = lastIndex, OperationPrefix = "operations/" },
            _ => put with { Kind = ConsulKvWriteKind.DeleteCheckAndSet, Index = lastIndex },
        };
    }

    private SharedKey Current(int group)
    {
        lock (gate)
        {
            if (current[group] is { } key && key.Begin() <= operationsPerKey) return key;
            var next = new SharedKey($"{Name}/{++keys:0000}");
            next.Begin();
            all.Enqueue(next);
            return current[group] = next;
        }
    }
}
