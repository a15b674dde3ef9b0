using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

public sealed class LeaderKillTests
{
    [Theory]
    [InlineData("a follower")]
    [InlineData("a client agent")]
    [InlineData("the leader")]
    public async Task Killing_the_leader_under_two_thousand_writes_leaves_only_true_outcomes(string through)
    {
        const int keys = 2_000;
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Clients = 1, Agent = new ConsulAgentOptions { Acl = new AgentAclOptions() } });
        var leader = await cluster.LeaderAsync();
        var follower = (await cluster.FollowersAsync())[0];
        var agent = through switch { "a follower" => follower, "a client agent" => cluster.Clients[0], _ => leader };
        using var session = LabSessions.Open(agent.HttpAddress!.ToString(), cluster.ManagementToken);
        using var pipeline = new KvWritePipeline(session, 32, TestContext.Current.CancellationToken);
        var results = new List<ConsulKvWriteResult>();

        for (var number = 0; number < keys; number++)
        {
            if (number == keys / 3) leader.Kill();
            results.AddRange(await pipeline.SubmitAsync(new ConsulKvWrite { Key = $"kill/{number}", Value = Encoding.UTF8.GetBytes($"value {number}") }));
        }
        while (await pipeline.NextAsync() is { } result) results.Add(result);

        using var survivor = LabSessions.Open(follower.HttpAddress!.ToString(), cluster.ManagementToken);
        var stored = new Dictionary<string, string>();
        await foreach (var entry in new KvReader(survivor).ListAsync("kill/", ConsulConsistency.Consistent, (_, _) => { }, TestContext.Current.CancellationToken))
            stored[entry.Key] = entry.Value;
        Assert.Equal(keys, results.Count);
        Assert.All(results, (result, number) =>
        {
            Assert.Equal($"kill/{number}", result.Key);
            switch (result.Outcome)
            {
                case ConsulKvOutcome.Written: Assert.Equal($"value {number}", stored.GetValueOrDefault(result.Key)); break;
                case ConsulKvOutcome.Unknown: break;
                default: Assert.False(stored.ContainsKey(result.Key), $"{result} {result.Code} but it is there"); break;
            }
        });
        var byOutcome = results.GroupBy(result => result.Outcome).ToDictionary(group => group.Key, group => group.Count());
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", byOutcome) + "; longest " + results.Max(result => result.Duration));
        // Through another agent the election is waited for: every write gets through. At the killed leader nothing more can.
        if (agent != leader) Assert.Equal(keys, byOutcome.GetValueOrDefault(ConsulKvOutcome.Written));
        Assert.True(byOutcome.GetValueOrDefault(ConsulKvOutcome.Unknown) <= 32 * 64, "no more can be unknown than were under way");
    }
}
