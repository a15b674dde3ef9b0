using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Retries;

/// <summary>A real cluster without a leader, asked by clients of little and of much patience.</summary>
public sealed class LeaderlessClusterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_short_attempt_still_learns_that_there_is_no_leader_and_a_patient_one_gets_through_when_there_is()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3 });
        var agent = (await cluster.FollowersAsync())[0];
        foreach (var server in cluster.Servers)
            if (server != agent) server.Freeze();
        await UntilLeaderlessAsync(agent);

        // The server holds this write for 7 s; after 1.5 s nobody waits for its answer any more.
        var policy = new ConsulRetryPolicy { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(1.5) };
        using var hasty = LabSessions.Open(agent.AddressText, policy: policy);
        var cut = await new KvWriter(hasty).WriteAsync(new ConsulKvWrite { Key = "hasty", Value = [1] }, Stop);

        Assert.Equal((ConsulKvOutcome.Unknown, "Cluster.NoLeader"), (cut.Outcome, cut.Code));
        Assert.Equal(["Http.ResponseTimeout", "Cluster.NoLeader"], cut.Attempts.Take(2).Select(attempt => attempt.Code));

        using var patient = LabSessions.Open(agent.AddressText, policy: new ConsulRetryPolicy { MaxAttempts = 2, TotalTimeout = TimeSpan.FromSeconds(60), ElectionPatience = TimeSpan.FromSeconds(40) });
        var waiting = new KvWriter(patient).WriteAsync(new ConsulKvWrite { Key = "patient", Value = [1] }, Stop);
        await Task.Delay(TimeSpan.FromSeconds(8), Stop);
        foreach (var server in cluster.Servers)
            if (server != agent) server.Thaw();
        var written = await waiting;

        Assert.True(written.Outcome == ConsulKvOutcome.Written, $"{written.Outcome} {written.Code}: {string.Join("; ", written.Attempts.Select(attempt => attempt + " " + attempt.Reason))}");
        Assert.Contains(written.Attempts, attempt => attempt.Reason?.Contains("no leader yet", StringComparison.Ordinal) == true);
    }

    private static async Task UntilLeaderlessAsync(ConsulAgent agent)
    {
        while ((await agent.SendAsync("GET", "/v1/status/leader", cancellationToken: Stop)).Body.Trim() != "\"\"")
            await Task.Delay(TimeSpan.FromMilliseconds(200), Stop);
    }
}
