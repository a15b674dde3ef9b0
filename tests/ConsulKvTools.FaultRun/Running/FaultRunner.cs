using ConsulKvTools.FaultRun.Faults;
using ConsulKvTools.FaultRun.Reports;
using ConsulKvTools.FaultRun.Workloads;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>One whole run: a cluster, clients, faults, quiet, checks.</summary>
internal static class FaultRunner
{
    /// <summary>Outlives an election, a frozen agent and an agent's restart.</summary>
    private static readonly ConsulRetryPolicy Patient = new()
    {
        MaxAttempts = 40, BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromSeconds(1), TotalTimeout = TimeSpan.FromSeconds(60),
        CircuitBreakDuration = TimeSpan.FromSeconds(1),
    };

    /// <summary>Runs it.</summary>
    public static async Task<RunReport> RunAsync(FaultRunOptions options)
    {
        var schedule = FaultSchedule.Create(options.Seed, options.Faults, options.Kinds ?? FaultCluster.Kinds);
        await using var cluster = await FaultCluster.StartAsync(options.Seed);
        var run = new RunContext(options.Write ?? RunContext.Product, options.Echo);
        if (FaultCluster.WhyNoCut is { } reason) run.Log.Write($"The network is not cut: {reason}.");
        var workloads = Workloads(run, cluster.Cluster.Servers[0].NodeName).Where(workload => options.Workloads?.Contains(workload.Name) ?? true).ToArray();
        var sessions = new List<ConsulKvSession>();
        try
        {
            var clients = Begin(workloads, cluster, options, sessions);
            var driver = new FaultDriver(cluster, run.Log, options);
            await Task.Delay(TimeSpan.FromSeconds(1));
            foreach (var planned in schedule) await PlayAsync(driver, planned, clients);
            run.Log.Write($"Faults are over after {run.Tally.Total} operations.");
            while (run.Tally.Total < options.Operations) await WatchAsync(Task.Delay(100), clients);
            run.End();
            await Task.WhenAll(clients);
            while (cluster.Gates.Any(gate => gate.Held > 0)) await Task.Delay(50);
            await Task.Delay(options.Quiet);
            var worked = run.Clock.Now;
            run.Log.Write("Quiet is over: checking.");
            var violations = new List<Violation>();
            var checker = new RunClient("checker", sessions[0], new Random(options.Seed));
            foreach (var workload in workloads) violations.AddRange(await workload.CheckAsync(checker));
            run.Log.Write($"{violations.Count} violations.");
            return new RunReport
            {
                Seed = options.Seed,
                Operations = run.Tally.Total,
                Unknown = run.Tally.Counts.Where(count => count.Outcome == nameof(ConsulKvOutcome.Unknown)).Sum(count => count.Count),
                Worked = TimeSpan.FromTicks(worked),
                Checked = TimeSpan.FromTicks(run.Clock.Now - worked),
                Counts = run.Tally.Counts,
                Codes = run.Tally.Codes,
                Faults = options.Faults,
                FaultsByKind = driver.Done.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value),
                NotDone = FaultCluster.WhyNoCut is { } why ? $"LeaderCutOff, FollowerCutOff: {why}" : null,
                RequestsTouched = cluster.Gates.Sum(gate => gate.Touched),
                Schedule = schedule.Select(planned => planned.ToString()).ToList(),
                Violations = violations,
            };
        }
        finally
        {
            run.End();
            foreach (var session in sessions) session.Dispose();
        }
    }

    private static Workload[] Workloads(RunContext run, string node) =>
    [
        new RegisterWorkload(run), new CounterWorkload(run, marked: false, clients: 2), new CounterWorkload(run, marked: true, clients: 3),
        new SetWorkload(run, singles: 4, bulks: 2), new OrderWorkload(run, pairs: 2), new LockWorkload(run, clients: 3, node),
        new WatchWorkload(run, clients: 3),
    ];

    /// <summary>Clients go to the agents in turn; every other one through the gate, and those give up sooner.</summary>
    private static List<Task> Begin(Workload[] workloads, FaultCluster cluster, FaultRunOptions options, List<ConsulKvSession> sessions)
    {
        var agents = cluster.Cluster.Agents.ToList();
        var tasks = new List<Task>();
        var impatient = Patient with { AttemptTimeout = options.Impatience };
        var count = 0;
        foreach (var workload in workloads)
        {
            for (var number = 0; number < workload.Clients; number++, count++)
            {
                var (at, gated) = (count / 2 % agents.Count, count % 2 == 1 || options.GatesOnly);
                var session = ConsulKvSession.Create(new ConsulSessionOptions
                {
                    Address = gated ? cluster.Gates[at].Address : agents[at].AddressText, RetryPolicy = gated ? impatient : Patient,
                }, ConsulEnvironment.Empty);
                sessions.Add(session);
                var client = new RunClient($"c{count}", session, new Random(options.Seed * 1_000 + count));
                var (place, of) = (number, workload);
                tasks.Add(Task.Run(() => of.RunAsync(place, client)));
            }
        }
        return tasks;
    }

    private static Task PlayAsync(FaultDriver driver, PlannedFault planned, List<Task> clients) => WatchAsync(driver.PlayAsync(planned), clients);

    /// <summary>Waits for something, but not on when a client has died of an error: that is a fault of the product or of this program.</summary>
    private static async Task WatchAsync(Task something, List<Task> clients)
    {
        var first = await Task.WhenAny([something, .. clients]);
        await first;
        await something;
    }
}
