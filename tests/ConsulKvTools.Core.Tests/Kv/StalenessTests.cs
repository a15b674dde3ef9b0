using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

/// <summary>How far a stale read is behind, and what can be known of it.</summary>
public sealed class StalenessTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_that_slept_through_writes_is_shown_stale()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3 });
        var leader = await cluster.LeaderAsync();
        var follower = (await cluster.FollowersAsync())[0];
        using var through = LabSessions.Open(leader.HttpAddress!.ToString());
        using var session = LabSessions.Open(follower.HttpAddress!.ToString());
        var writer = new KvWriter(through);
        var report = default(ConsulKvConsistencyReport);

        // Which of two the waking server does first is its own affair: catch up, or answer the reads that waited at its door.
        for (var attempt = 0; attempt < 20 && report?.IsStale != true; attempt++)
        {
            Assert.Equal(ConsulKvOutcome.Written, (await writer.WriteAsync(new ConsulKvWrite { Key = "stale/key", Value = BitConverter.GetBytes(attempt) }, None)).Outcome);
            await KvWaiting.UntilAsync(session, "stale/key", new KvAwaited(null, BitConverter.GetBytes(attempt)), ConsulConsistency.Stale, TimeSpan.FromSeconds(30), None);
            follower.Freeze();
            for (var filling = 0; filling < 40; filling++) await writer.WriteAsync(new ConsulKvWrite { Key = $"stale/fill-{filling}", Value = new byte[100_000 + attempt] }, None);
            await writer.WriteAsync(new ConsulKvWrite { Key = "stale/key", Value = BitConverter.GetBytes(attempt + 1) }, None);
            var comparing = KvComparison.RunAsync(session, "stale/key", None);
            await Task.Delay(200, None);
            follower.Thaw();
            report = await comparing;
        }

        Assert.True(report!.IsStale, report.ToString());
        Assert.False(report.Agrees);
        // The fillings are writes too: an index counts them all.
        Assert.InRange(report.IndexBehind!.Value, 41, 100_000);
        Assert.Equal((long)(report.Consistent.Entry!.ModifyIndex - report.Stale.Entry!.ModifyIndex), report.IndexBehind);
        Assert.Equal(report.Stale.LastContact, report.TimeBehind);
        Assert.Equal("Outcome.StaleRead", report.Finding!.Code);
    }

    [Theory]
    // Both see the key: its own index counts, and the server's silence says how old the answer is at least.
    [InlineData(90, 100, 90, 90, 3200, true, 10L, 3200)]
    [InlineData(100, 100, 100, 100, 3200, false, 0L, 0)]
    // Written while it was read: the later answer is newer, and nothing is stale.
    [InlineData(110, 100, 110, 100, 0, false, -10L, 0)]
    // Not there yet, or already removed: only the index of the answer is left.
    [InlineData(null, 100, 95, 100, 0, true, 5L, 0)]
    [InlineData(90, null, 90, 97, 15, true, 7L, 15)]
    [InlineData(null, null, 95, 100, 15, false, 0L, 0)]
    public async Task Staleness_is_counted_in_index_and_time(int? old, int? now, int oldIndex, int nowIndex, int silence, bool stale, long behind, int atLeast)
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", Answer(now, nowIndex, 0));
        server.On(request => request.Target.EndsWith("?stale", StringComparison.Ordinal), Answer(old, oldIndex, silence));
        using var session = LabSessions.Open(server.Address.ToString());

        var report = await KvComparison.RunAsync(session, "app/x", None);

        Assert.Equal(stale, report.IsStale);
        Assert.Equal(behind, report.IndexBehind);
        Assert.Equal(TimeSpan.FromMilliseconds(atLeast), report.TimeBehind);
        Assert.Equal(((ulong)oldIndex, (ulong)nowIndex, (ulong)nowIndex), (report.Stale.Index!.Value, report.Default.Index!.Value, report.Consistent.Index!.Value));
        Assert.Equal(TimeSpan.FromMilliseconds(silence), report.Stale.LastContact);
        Assert.Equal(stale ? "Outcome.StaleRead" : null, report.Finding?.Code);
        Assert.Equal(behind == 0, report.Agrees);
    }

    [Fact]
    public async Task Without_a_leader_the_stale_answer_stands_alone_and_nothing_is_called_known()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", ScriptedResponse.Text("No cluster leader", 500));
        server.On(request => request.Target.EndsWith("?stale", StringComparison.Ordinal), Answer(90, 90, 60_000));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { TotalTimeout = TimeSpan.FromSeconds(2) });

        var report = await KvComparison.RunAsync(session, "app/x", None);

        Assert.Equal((false, null, null, null), (report.Agrees, report.IsStale, report.IndexBehind, report.TimeBehind));
        Assert.Equal(90UL, report.Stale.Entry!.ModifyIndex);
        Assert.Equal("Cluster.NoLeader", report.Finding!.Code);
    }

    [Fact]
    public async Task Reads_that_nobody_answered_do_not_agree()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", ScriptedResponse.Text("No cluster leader", 500));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { TotalTimeout = TimeSpan.FromSeconds(2) });

        var report = await KvComparison.RunAsync(session, "app/x", None);

        Assert.False(report.Agrees);
        Assert.Equal("app/x: not every read had an answer", report.ToString());
    }

    private static ScriptedResponse Answer(int? modified, int index, int silence)
    {
        string[] headers = [$"X-Consul-Index: {index}", $"X-Consul-LastContact: {silence}", "X-Consul-KnownLeader: true"];
        return modified is null ? ScriptedResponse.Text("", 404, headers)
            : ScriptedResponse.Json($$"""[{"LockIndex":0,"Key":"app/x","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":{{modified}}}]""", 200, headers);
    }
}
