using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Drills;

/// <summary>A drill under way: a session that meets faults, or a cluster that does, and the record of both.</summary>
internal sealed class FaultDrill : IDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly ConsulKvSession healthy;
    private readonly DrillOptions options;
    private readonly DrillRecorder recorder;
    private readonly RequestFaults? faults;
    private readonly IDrillCluster? cluster;
    private readonly ulong indexBefore;
    private readonly List<string> errors = [];
    private Task playing = Task.CompletedTask;
    private int runs;
    private int failedRuns;

    private FaultDrill(ConsulKvSession healthy, DrillOptions options, IDrillCluster? cluster, ulong indexBefore)
    {
        (this.healthy, this.options, this.cluster, this.indexBefore) = (healthy, options, cluster, indexBefore);
        recorder = new DrillRecorder(healthy.Time);
        faults = cluster is null ? new RequestFaults(options, recorder, healthy.Target.ConnectTimeout, healthy.Time) : null;
        Session = healthy.DrilledBy(recorder, faults);
    }

    /// <summary>What the script block works with.</summary>
    public ConsulKvSession Session { get; }

    /// <summary>Since it began.</summary>
    public TimeSpan Elapsed => recorder.Now;

    /// <summary>Begins a drill of requests.</summary>
    /// <exception cref="ConsulException">The session is not marked for it, or the store cannot be reached as it is.</exception>
    public static async Task<FaultDrill> OfSessionAsync(ConsulKvSession session, DrillOptions options, CancellationToken cancellation)
    {
        if (!session.AllowsFaultDrill)
            throw ConsulException.From(ConsulFinding.Create("Drill.NotAllowed", ("session", Printable.Text(session.Name, 120)), ("address", session.Address)));
        return new FaultDrill(session, options, null, await IndexAsync(session, cancellation).ConfigureAwait(false));
    }

    /// <summary>Begins a drill of a cluster; its faults come until the drill ends.</summary>
    /// <exception cref="ConsulException">The cluster does not answer.</exception>
    public static async Task<FaultDrill> OfClusterAsync(IDrillCluster cluster, DrillOptions options, CancellationToken cancellation)
    {
        var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = cluster.Address, Name = "the drill's cluster", AllowFaultDrill = true }, ConsulEnvironment.Empty);
        var drill = new FaultDrill(session, options, cluster, await IndexAsync(session, cancellation).ConfigureAwait(false));
        drill.playing = Task.Run(drill.PlayAsync, CancellationToken.None);
        return drill;
    }

    /// <summary>One run of the script block has ended.</summary>
    /// <param name="problems">The errors it left behind, for people; none when it ended well.</param>
    public void RunEnded(IReadOnlyList<string> problems)
    {
        runs++;
        if (problems.Count > 0) failedRuns++;
        errors.AddRange(problems.Take(Math.Max(0, 20 - errors.Count)));
    }

    /// <summary>Ends the faults, waits until all is well again, and reads what was written.</summary>
    /// <exception cref="ConsulException">What was written cannot be read.</exception>
    public async Task<ConsulFaultDrillReport> EndAsync(CancellationToken cancellation)
    {
        var duration = recorder.Now;
        faults?.End();
        Cancel();
        try
        {
            await playing.ConfigureAwait(false);
            if (cluster is not null) await cluster.HealAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception unwell) when (unwell is TimeoutException or InvalidOperationException or IOException)
        {
            throw ConsulException.From(ConsulFinding.Create("Drill.ClusterUnavailable", ("problem", Printable.Text(unwell.Message.TrimEnd('.'), 400))), unwell);
        }
        var operations = recorder.Operations;
        var verification = await DrillVerification.RunAsync(healthy, operations, indexBefore, cancellation).ConfigureAwait(false);
        return new DrillJudge(options, operations, verification).Report(recorder, duration, cluster?.Description ?? healthy.ToString(), cluster is not null, runs, failedRuns, errors) with { Secrets = healthy.SecretPrints };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        faults?.End();
        Cancel();
        Session.Dispose();
        if (cluster is null) return;
        // The cluster's processes end first: what waits for one of them then comes to its end.
        cluster.Dispose();
        healthy.Dispose();
    }

    /// <summary>One fault after the other: drawn from the seed, held for half of the interval, and the cluster made well again before the next.</summary>
    private async Task PlayAsync()
    {
        var random = new Random(options.Seed);
        var kinds = options.Kinds;
        try
        {
            for (var number = 0; ; number++)
            {
                // Each kind once before any comes twice.
                if (number % kinds.Count == 0) kinds = [.. kinds.OrderBy(_ => random.Next())];
                await Pause.ForAsync(TimeSpan.FromTicks(options.Every.Ticks / 2), healthy.Time, over.Token).ConfigureAwait(false);
                var from = recorder.Now;
                var (target, end) = await cluster!.BreakAsync(kinds[number % kinds.Count], over.Token).ConfigureAwait(false);
                try
                {
                    await Pause.ForAsync(TimeSpan.FromTicks(options.Every.Ticks / 2), healthy.Time, over.Token).ConfigureAwait(false);
                }
                finally
                {
                    await end().ConfigureAwait(false);
                    recorder.Struck(kinds[number % kinds.Count], target, from, recorder.Now);
                }
                await cluster.HealAsync(over.Token).ConfigureAwait(false);
            }
        }
        catch (Exception) when (over.IsCancellationRequested)
        {
            // The drill is over; the end heals what is broken.
        }
    }

    private void Cancel()
    {
        try
        {
            over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private static async Task<ulong> IndexAsync(ConsulKvSession session, CancellationToken cancellation)
    {
        var read = await new Kv.KvReader(session).GetAsync("consulkvtools-drill", ConsulConsistency.Consistent, cancellation).ConfigureAwait(false);
        return Math.Max(read.Index ?? 0, session.HighestKeyIndex);
    }
}
