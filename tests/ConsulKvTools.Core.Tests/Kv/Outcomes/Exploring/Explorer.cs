using ConsulKvTools.Kv;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>Runs schedules and holds each result against <see cref="Promise"/>.</summary>
/// <param name="scenario">What is asked for.</param>
/// <param name="perform">The run under test; the product's own writer unless a mutant stands in.</param>
/// <param name="unknown">What runs that ended in <c>Unknown</c> saw, shared by explorers whose scenarios differ only in how the store began.</param>
internal sealed class Explorer(Scenario scenario, Explorer.Performer? perform = null, UndecidedViews? unknown = null)
{
    private static readonly ConsulRetryPolicy Policy = new() { MaxAttempts = 6, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1), UseJitter = false, CircuitBreakerFailures = 0 };

    private readonly UndecidedViews undecided = unknown ?? new UndecidedViews();

    /// <summary>Carries out the scenario's writes.</summary>
    public delegate Task<IReadOnlyList<ConsulKvWriteResult>> Performer(Scenario scenario, ConsulKvSession session, CancellationToken cancellation);

    /// <summary>Schedules run so far.</summary>
    public int Schedules { get; private set; }

    /// <summary>How often each outcome came.</summary>
    public Dictionary<ConsulKvOutcome, int> Outcomes { get; } = [];

    /// <summary>The first schedules whose result was not true, three of each kind.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Every schedule within the scenario's bounds, up to <paramref name="limit"/>.</summary>
    /// <returns>True when none was left out.</returns>
    public async Task<bool> AllAsync(int limit)
    {
        int[]? next = [];
        while (next is not null && Schedules < limit)
            next = (await OneAsync(new Choices(next))).Following();
        return next is null;
    }

    /// <summary>Schedules at random.</summary>
    public async Task RandomAsync(int seed, int count)
    {
        var random = new Random(seed);
        for (var run = 0; run < count; run++) await OneAsync(new Choices([], random));
    }

    private async Task<Choices> OneAsync(Choices choices)
    {
        var (world, results) = await RunAsync(choices);
        Schedules++;
        var outcome = results[0].Outcome;
        Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
        foreach (var broken in Promise.Broken(scenario, world, results))
            if (Violations.Count(known => known.StartsWith($"{scenario}: {broken[..Math.Min(12, broken.Length)]}", StringComparison.Ordinal)) < 3) Violations.Add($"{scenario}: {broken}\n  {Story(world, results)}\n  schedule [{choices}]");
        if (outcome == ConsulKvOutcome.Unknown) undecided.Add(world.TraceOfCall, world.TruthOfCall, !world.Story.Any(line => line.StartsWith("stranger", StringComparison.Ordinal)), $"{scenario}\n  {Story(world, results)}");
        return choices;
    }

    private async Task<(World World, IReadOnlyList<ConsulKvWriteResult> Results)> RunAsync(Choices choices)
    {
        using var world = new World(scenario, choices);
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://127.0.0.1:8500", RetryPolicy = Policy, Handler = world }, ConsulEnvironment.Empty, new InstantTime());
        if (scenario.HasRead) await new KvReader(session).GetAsync("no/such/key", ConsulConsistency.Consistent, CancellationToken.None);
        world.Begin();
        var results = await (perform ?? PerformAsync)(scenario, session, world.Stop.Token);
        world.Rest();
        return (world, results);
    }

    private static async Task<IReadOnlyList<ConsulKvWriteResult>> PerformAsync(Scenario scenario, ConsulKvSession session, CancellationToken cancellation)
    {
        var writer = new KvWriter(session);
        return scenario.Atomic ? await writer.WriteAtomicAsync(scenario.Writes, cancellation) : [await writer.WriteAsync(scenario.Writes[0], cancellation)];
    }

    private static string Story(World world, IReadOnlyList<ConsulKvWriteResult> results) =>
        string.Join("\n  ", world.Story) + $"\n  => {results[0].Outcome} {results[0].Code} index {results[0].ModifyIndex} [{string.Join(", ", results[0].Attempts)}] {string.Join(", ", results[0].Notes.Select(note => note.Code))}";
}
