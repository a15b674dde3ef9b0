using System.Globalization;
using ConsulKvTools.Tests.Kv.Outcomes.Exploring;

namespace ConsulKvTools.Tests.Kv.Outcomes;

/// <summary>
/// What a result says is true under every schedule of lost, late, refused and cancelled requests and of other writers, within bounds, and
/// under random ones beyond them. docs/outcomes.md says in words what is checked. <c>CONSULKVTOOLS_OUTCOME_LONG=1</c> takes minutes and
/// doubles the bounds.
/// </summary>
public sealed class OutcomeModelTests(ITestOutputHelper output)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("CONSULKVTOOLS_OUTCOME_LONG") == "1";
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("CONSULKVTOOLS_OUTCOME_SEED") ?? "1", CultureInfo.InvariantCulture);

    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_result_is_true_whatever_one_fault_and_one_stranger_do(string name) => ExploreAsync(Scenarios.Named(name));

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_result_is_true_when_the_session_knows_no_index(string name) => ExploreAsync(Scenarios.Named(name) with { HasRead = false, Strangers = 0 });

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_result_is_true_when_the_caller_gives_up_at_any_step(string name) => ExploreAsync(Scenarios.Named(name) with { MayCancel = true, Strangers = 0 });

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_result_is_true_when_two_attempts_go_wrong(string name) => ExploreAsync(Scenarios.Named(name) with { Faults = 2, Strangers = 0 });

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_result_is_true_under_random_faults_and_strangers(string name)
    {
        var explorer = new Explorer(Scenarios.Named(name) with { Faults = 4, Strangers = 4, MayCancel = Seed % 2 == 0 });
        await explorer.RandomAsync(Seed, Long ? 20_000 : 60);
        Report(explorer);
    }

    private async Task ExploreAsync(Scenario scenario)
    {
        var explorer = new Explorer(Long ? scenario with { Faults = 2, Strangers = 1 } : scenario);
        var whole = await explorer.AllAsync(Long ? 300_000 : 20_000);
        Report(explorer);
        Assert.True(whole, "not every schedule was run");
    }

    private void Report(Explorer explorer)
    {
        output.WriteLine($"{explorer.Schedules} schedules; {string.Join(", ", explorer.Outcomes)}");
        Assert.True(explorer.Violations.Count == 0, string.Join("\n\n", explorer.Violations));
    }
}
