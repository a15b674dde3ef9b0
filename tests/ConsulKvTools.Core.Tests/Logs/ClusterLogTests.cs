using ConsulKvTools.Lab;
using ConsulKvTools.Logs;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Tests.Logs;

/// <summary>The logs of a real cluster whose leader is killed.</summary>
public sealed class ClusterLogTests
{
    [Fact]
    public async Task A_killed_leader_is_one_change_from_it_to_the_new_one_however_many_logs_tell_of_it()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var cluster = await ConsulCluster.StartAsync(new() { Servers = 3 }, stop);
        var former = await cluster.LeaderAsync();
        await cluster.KillLeaderAsync();
        ConsulAgent? leader = null;
        for (var attempt = 0; attempt < 120 && leader is null; attempt++)
        {
            await Task.Delay(500, stop);
            try
            {
                leader = await cluster.LeaderAsync();
                if (leader == former) leader = null;
            }
            catch (Exception none) when (none is InvalidOperationException or TimeoutException or HttpRequestException)
            {
                // Not yet.
            }
        }
        Assert.NotNull(leader);
        // The servers write it down a moment after they know it.
        await Task.Delay(1000, stop);
        var search = new LogSearch(new());
        foreach (var file in LogFiles.InOrder(cluster.Servers.Select(server => server.LogFile), stop)) LogFiles.Read(file, search, null, stop);

        var changes = Assert.Single(search.Findings(), found => found.Code == "Log.LeaderChange");
        Assert.Contains(changes.Events, change => change.Text.StartsWith($"the leader changed from {former!.NodeName} to {leader.NodeName}, ", StringComparison.Ordinal) && change.Duration > TimeSpan.Zero && change.Duration < TimeSpan.FromMinutes(1));
        Assert.Single(changes.Events, change => change.Text.Contains($"from {former!.NodeName} to ", StringComparison.Ordinal));
        Assert.DoesNotContain(search.Findings(), found => found.Code == "Log.ClockJump");
    }
}
