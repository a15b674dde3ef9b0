using System.Collections.Concurrent;
using ConsulKvTools.FaultRun.Running;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Watching;

namespace ConsulKvTools.FaultRun.Workloads;

/// <summary>
/// Clients watch everything that the others write, each at another agent. Whoever applies what a watch gives has in the end exactly what is there,
/// and on the way nothing is added twice, changed to what it was, or removed that was not there.
/// </summary>
internal sealed class WatchWorkload(RunContext run, int clients) : Workload(run)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Replay> replays = new();
    private readonly CancellationTokenSource end = new();

    public override string Name => "watch";

    public override int Clients => clients;

    public override async Task RunAsync(int number, RunClient client)
    {
        var replay = replays.GetOrAdd(client.Name, _ => new Replay());
        // An odd one keeps no values, every third asks by consensus.
        var options = new KvWatchOptions
        {
            Name = "", IsPrefix = true, InitialState = true, KeepsValues = number % 2 == 0, Wait = TimeSpan.FromSeconds(4),
            Consistency = number % 3 == 2 ? ConsulConsistency.Consistent : number % 3 == 1 ? ConsulConsistency.Stale : ConsulConsistency.Default,
        };
        replay.OfItsAgentAsync = () => OfItsAgentAsync(client, options.Consistency, replay);
        replay.IsStale = options.Consistency == ConsulConsistency.Stale;
        replay.Watching = Task.Run(() => WatchAsync(client, options, replay));
        while (!Run.IsOver) await Task.Delay(50);
    }

    public override async Task<IReadOnlyList<Violation>> CheckAsync(RunClient client)
    {
        var violations = new List<Violation>();
        var there = await StoreAsync(client, ConsulConsistency.Consistent);
        var until = DateTime.UtcNow + Patience;
        foreach (var (who, replay) in replays)
        {
            while (replay.DifferenceTo(there) is not null && DateTime.UtcNow < until && !replay.Watching!.IsCompleted) await Task.Delay(100);
            if (replay.Watching!.IsFaulted) violations.Add(Violated("", $"The watch of {who} ended: {replay.Watching.Exception!.InnerException}", [], 0, Run.Clock.Now));
            if (replay.DifferenceTo(there) is { } difference)
            {
                var (isAsItsAgents, ofItsAgent) = await replay.OfItsAgentAsync();
                // A stale read promises what its server knows, and a watch in that mode just that.
                if (replay.IsStale && isAsItsAgents) Run.Log.Write($"{who} watch: its server is behind: {difference}");
                else violations.Add(Violated("", $"What {who} was told does not give what is there: {difference}; {ofItsAgent}", replay.Last, 0, Run.Clock.Now));
            }
            violations.AddRange(replay.Impossible.Select(line => Violated("", $"{who} was told what cannot be: {line}", replay.Last, 0, Run.Clock.Now)));
        }
        await end.CancelAsync();
        return violations;
    }

    private static async Task<Dictionary<string, ConsulKvEntry>> StoreAsync(RunClient client, ConsulConsistency consistency)
    {
        var there = new Dictionary<string, ConsulKvEntry>(StringComparer.Ordinal);
        await foreach (var entry in new KvReader(client.Session).ListAsync("", consistency, (_, _) => { }, CancellationToken.None)) there[entry.Key] = entry;
        return there;
    }

    /// <summary>Whether its own agent knows more than the watch told: a server that is behind is no fault of the watch.</summary>
    private static async Task<(bool IsAsTold, string Text)> OfItsAgentAsync(RunClient client, ConsulConsistency consistency, Replay replay)
    {
        try
        {
            var difference = replay.DifferenceTo(await StoreAsync(client, consistency));
            return (difference is null, $"its agent, asked in mode {consistency}: {difference ?? "just what was told"}; the watch's trouble: {replay.Watch?.Trouble?.Code ?? "none"}");
        }
        catch (ConsulException failed)
        {
            return (false, $"its agent, asked in mode {consistency}: {failed.Finding.Code}");
        }
    }

    private async Task WatchAsync(RunClient client, KvWatchOptions options, Replay replay)
    {
        while (true)
        {
            try
            {
                replay.Watch = new KvWatch(client.Session, options, note => Run.Log.Write($"{client.Name} watch: {note.Text}"));
                await foreach (var changes in replay.Watch.RunAsync(end.Token))
                {
                    foreach (var change in changes)
                    {
                        replay.Apply(change);
                        Run.Tally.Hear(Name, "Change", change.Kind.ToString());
                    }
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
            catch (ConsulException) when (replay.IsEmpty)
            {
                // Only the first answer is given up, and then nothing was told.
            }
        }
    }

    /// <summary>The store as a watch tells of it.</summary>
    private sealed class Replay
    {
        private readonly object gate = new();
        private readonly Dictionary<string, ConsulKvEntry> state = new(StringComparer.Ordinal);
        private readonly Queue<string> last = new();

        public Task? Watching { get; set; }

        public KvWatch? Watch { get; set; }

        public bool IsStale { get; set; }

        public Func<Task<(bool IsAsTold, string Text)>> OfItsAgentAsync { get; set; } = () => Task.FromResult((false, ""));

        public ConcurrentQueue<string> Impossible { get; } = new();

        public bool IsEmpty
        {
            get
            {
                lock (gate) return state.Count == 0;
            }
        }

        public IReadOnlyList<string> Last
        {
            get
            {
                lock (gate) return last.ToArray();
            }
        }

        public void Apply(ConsulKvChange change)
        {
            lock (gate)
            {
                last.Enqueue(change.ToString());
                if (last.Count > 200) last.Dequeue();
                var isThere = state.TryGetValue(change.Key, out var before);
                if (isThere != change.Kind is ConsulKvChangeKind.Changed or ConsulKvChangeKind.Removed) Impossible.Enqueue($"{change} while the key {(isThere ? "was there" : "was not there")}");
                if (change.NewEntry is not { } now) state.Remove(change.Key);
                else
                {
                    if (before is not null && before.ModifyIndex >= now.ModifyIndex) Impossible.Enqueue($"{change} after index {before.ModifyIndex}");
                    if (before is not null && change.OldEntry is { } old && old.ModifyIndex != before.ModifyIndex) Impossible.Enqueue($"{change}, whose old entry is of index {old.ModifyIndex} and not {before.ModifyIndex}");
                    state[change.Key] = now;
                }
            }
        }

        public string? DifferenceTo(Dictionary<string, ConsulKvEntry> there)
        {
            lock (gate)
            {
                if (there.Values.FirstOrDefault(entry => !state.TryGetValue(entry.Key, out var told) || told.ModifyIndex != entry.ModifyIndex || !told.Bytes.AsSpan().SequenceEqual(entry.Bytes)) is { } missed)
                    return $"{missed.Key} of index {missed.ModifyIndex} was {(state.ContainsKey(missed.Key) ? "told otherwise" : "not told")}";
                return state.Keys.FirstOrDefault(key => !there.ContainsKey(key)) is { } left ? $"the removal of {left} was not told" : null;
            }
        }
    }
}
