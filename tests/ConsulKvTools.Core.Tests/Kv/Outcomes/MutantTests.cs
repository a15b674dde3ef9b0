using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;
using ConsulKvTools.Tests.Kv.Outcomes.Exploring;
using ConsulKvTools.Tests.Kv.Outcomes.Mutants;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>The checker can fail: each rule broken by itself is found out within the bounds in which the product passes.</summary>
public sealed class MutantTests
{
    /// <summary>Scenario, what is broken, and what the checker must say.</summary>
    private static readonly (string Name, string Scenario, int Strangers, Explorer.Performer Perform, string Says)[] Mutants =
    [
        ("the retry of a put is not fenced", "put over another value", 1, Run((session, write) => new NaivePut(session, write, asks: true, fences: false)), "a retry replaced"),
        ("a put is repeated blindly", "put over another value", 1, Run((session, write) => new NaivePut(session, write, asks: false, fences: false)), "a retry replaced"),
        ("a fenced put is written over what came after it", "fenced put over another value", 1, Run((session, write) => new NaivePut(session, write, asks: true, fences: true)), "Written twice"),
        ("an equal value is taken for one's own check-and-set", "check-and-set", 1, Run((session, write) => new NaiveCheckAndSet(session, write, trustsValue: true)), "it never was"),
        ("a refusal after a lost answer is taken for a conflict", "check-and-set", 0, Run((session, write) => new NaiveCheckAndSet(session, write, trustsValue: false)), "it was applied"),
        ("a removal is repeated blindly", "delete", 1, Run((session, write) => new NaiveDelete(session, write)), "a retry replaced"),
        ("the removal of a tree is repeated blindly", "delete of a tree", 1, Run((session, write) => new NaiveDelete(session, write)), "a retry removed"),
        ("a transaction is repeated blindly", "transaction of puts", 1, (scenario, session, stop) => AllAsync(new NaiveTransaction(session, scenario.Writes, asks: false), scenario, stop), "a retry replaced"),
        ("a transaction is read back key by key", "transaction of puts", 3, (scenario, session, stop) => AllAsync(new NaiveTransaction(session, scenario.Writes, asks: true), scenario, stop), "it never was"),
        ("the marker is not made beforehand", "put with marker", 1, Run((session, write) => new MarkerLess(session, write)), "can still land"),
        ("unknown is called failed", "check-and-set", 1, After(result => result.Outcome == ConsulKvOutcome.Unknown ? result with { Outcome = ConsulKvOutcome.Failed } : result), "it was applied"),
        ("late attempts are ignored", "put over another value", 0, After(result => result with { Notes = [] }), "without a word"),
        ("an index is guessed", "put over another value", 1, After(result => result.Outcome == ConsulKvOutcome.Written ? result with { ModifyIndex = (result.ModifyIndex ?? 11) + 1 } : result), "is wrong"),
        ("success is claimed for everything", "create-only of one that is there", 0, After(result => result with { Outcome = ConsulKvOutcome.Written }), "it never was"),
    ];

    public static TheoryData<string> Names => [.. Mutants.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_rule_is_found(string name)
    {
        var (_, scenarioName, strangers, perform, says) = Mutants.Single(mutant => mutant.Name == name);
        var scenario = Scenarios.Named(scenarioName) with { Strangers = strangers };
        var mutant = new Explorer(scenario, perform);

        await mutant.AllAsync(20_000);

        Assert.Contains(mutant.Violations, violation => violation.Contains(says, StringComparison.Ordinal));
    }

    private static Explorer.Performer Run(Func<ConsulKvSession, ConsulKvWrite, WriteRun> make) =>
        async (scenario, session, stop) => [await make(session, scenario.Writes[0]).RunAsync(default, stop)];

    private static Explorer.Performer After(Func<ConsulKvWriteResult, ConsulKvWriteResult> spoil) =>
        async (scenario, session, stop) => [spoil(await new KvWriter(session).WriteAsync(scenario.Writes[0], stop))];

    private static async Task<IReadOnlyList<ConsulKvWriteResult>> AllAsync(WriteRun run, Scenario scenario, CancellationToken stop)
    {
        var whole = await run.RunAsync(default, stop);
        return scenario.Writes.Select(write => whole with { Key = write.Key }).ToArray();
    }
}
