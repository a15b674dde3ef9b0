using ConsulKvTools.Diagnosis;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>Real servers whose disks are full, read-only, slow or damaged.</summary>
public sealed class StorageFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk()
    {
        if (NetworkNamespace.WhyNot is { } reason) Assert.Skip(reason);
        // A file system of 24 MB in a mount namespace of its own: it goes when the agent goes.
        var folder = Directory.CreateTempSubdirectory("kv-full").FullName;
        try
        {
            await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions
            {
                CommandPrefix = ["unshare", "--mount", "sh", "-c", $"mount -t tmpfs -o size=24m tmpfs {folder} && exec \"$@\"", "sh"],
                ExtraConfig = $$"""{ "data_dir": "{{folder}}", "limits": { "kv_max_value_size": 2000000 } }""",
            });
            using var session = LabSessions.Open(agent.AddressText, policy: LabSessions.Impatient with { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(15), TotalTimeout = TimeSpan.FromSeconds(30) });
            ConsulKvWriteResult? last = null;
            var random = new byte[1_000_000];
            for (var number = 0; number < 60 && last?.Code != "Storage.DiskFull"; number++)
            {
                Random.Shared.NextBytes(random);
                last = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = $"full/{number}", Value = random }, Stop);
            }
            Assert.Equal("Storage.DiskFull", last!.Code);
            FaultMatrix.Add(FaultOrigin.Real, "the data directory is a file system of 24 MB that is full", last);
            var diagnosis = await Eventually.NamesAsync("Storage.DiskFull", () => Diagnose.RunAsync(agent.Address, request: new DiagnosisRequest { Key = "app/x", Value = random }));
            Diagnose.Names("Storage.DiskFull", FaultOrigin.Real, "the data directory is a file system of 24 MB that is full", diagnosis);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_disk_that_the_kernel_made_read_only()
    {
        if (StraceFault.WhyNot is { } reason) Assert.Skip(reason);
        ConsulKvWriteResult? last = null;
        // Only the first write that meets the disk is told of it; where the server's own comes first, ours meets a server without a leader.
        for (var round = 0; round < 5 && last?.Code != "Storage.ReadOnlyFs"; round++)
        {
            await using var agent = await ConsulAgent.StartAsync();
            Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address));
            using var session = LabSessions.Open(agent.AddressText, policy: LabSessions.Impatient with { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(15), TotalTimeout = TimeSpan.FromSeconds(30) });
            using var fault = new StraceFault(agent.ProcessId!.Value, "pwrite64:error=EROFS");
            // strace takes a moment to get hold of every thread.
            for (var attempt = 0; attempt < 100 && last?.Code is null; attempt++)
            {
                last = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x", Value = Guid.NewGuid().ToByteArray() }, Stop);
                await Task.Delay(20, Stop);
            }
            if (last!.Code != "Storage.ReadOnlyFs" && round < 4) last = null;
        }
        Assert.Equal("Storage.ReadOnlyFs", last!.Code);
        FaultMatrix.Add(FaultOrigin.Real, "each write to the server's raft.db fails with EROFS (strace)", last);
    }

    [Fact]
    public async Task A_disk_that_takes_its_time()
    {
        if (StraceFault.WhyNot is { } reason) Assert.Skip(reason);
        await using var agent = await ConsulAgent.StartAsync();
        using var fault = new StraceFault(agent.ProcessId!.Value, "fdatasync:delay_enter=1500000");
        var diagnosis = await Eventually.NamesAsync("Storage.SlowFsync", () => Diagnose.RunAsync(agent.Address));
        Diagnose.Names("Storage.SlowFsync", FaultOrigin.Real, "each fdatasync of the server takes 1.5 s longer (strace)", diagnosis);
    }

    [Fact]
    public async Task A_follower_whose_disk_takes_its_time_is_behind()
    {
        if (StraceFault.WhyNot is { } reason) Assert.Skip(reason);
        await using var cluster = await ConsulCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await leader.PutKeyAsync("app/x", "old");
        var follower = (await cluster.FollowersAsync())[0];
        await Eventually.HoldsAsync(async () => (await follower.SendAsync("GET", "/v1/kv/app/x?stale&raw")).Body == "old");
        using var fault = new StraceFault(follower.ProcessId!.Value, "fdatasync:delay_enter=3000000");
        using var session = LabSessions.Open(follower.AddressText);
        ConsulKvConsistencyReport? report = null;
        await Eventually.HoldsAsync(async () =>
        {
            await leader.PutKeyAsync("app/x", Guid.NewGuid().ToString());
            report = await KvComparison.RunAsync(session, "app/x", Stop);
            return report.Finding?.Code == "Outcome.StaleRead";
        });
        FaultMatrix.Add(FaultOrigin.Real, "the disk of the follower that answers is slow (strace), the leader's is not", "Outcome.StaleRead", "comparison of reads", report!.Consistent.Duration);
    }

    [Fact]
    public async Task Followers_that_answer_late_are_no_slow_disk()
    {
        if (StraceFault.WhyNot is { } reason) Assert.Skip(reason);
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions
        {
            // So late an answer must not look like death.
            Agent = new ConsulAgentOptions { ExtraConfig = """{ "performance": { "raft_multiplier": 10 } }""", StartTimeout = TimeSpan.FromSeconds(60) },
        });
        var leader = await cluster.LeaderAsync();
        var followers = await cluster.FollowersAsync();
        using var one = new StraceFault(followers[0].ProcessId!.Value, "write:delay_enter=1100000");
        using var other = new StraceFault(followers[1].ProcessId!.Value, "write:delay_enter=1100000");
        var diagnosis = await Eventually.NamesAsync("Cluster.SlowCommit", () => Diagnose.RunAsync(leader.Address));
        Diagnose.Names("Cluster.SlowCommit", FaultOrigin.Real, "the followers' answers to the leader take 1.1 s longer (strace)", diagnosis);
    }

    [Fact]
    public async Task A_damaged_raft_db()
    {
        await using var cluster = await ConsulCluster.StartAsync();
        var victim = (await cluster.FollowersAsync())[0];
        victim.Kill();
        var file = Path.Combine(victim.DataDirectory, "raft", "raft.db");
        await using (var damage = File.OpenWrite(file)) await damage.WriteAsync(new byte[64 * 1024], Stop);
        await victim.RestartAsync(waitUntilReady: false, Stop);
        await Eventually.HoldsAsync(() => Task.FromResult(!victim.IsRunning));

        var line = victim.Log.Split('\n').Last(text => text.Contains("Failed to start Raft", StringComparison.Ordinal));
        var evidence = new List<(string Name, object? Value)>();
        Assert.Equal("Storage.RaftDbCorrupt", ServerTexts.Match(null, line, ServerTextScope.Write, evidence, wordsOnly: true));
        FaultMatrix.Add(FaultOrigin.Real, "64 KiB of zeros over the head of raft.db, the server's own log named", "Storage.RaftDbCorrupt", "log line named", TimeSpan.Zero);
        // From outside that server is down, and which one it is can be said.
        var diagnosis = await Eventually.NamesAsync("Cluster.ServerDown", async () => await Diagnose.RunAsync((await cluster.LeaderAsync()).Address));
        Assert.Equal(victim.NodeName, diagnosis.RootCause!.Evidence["node"]);
    }
}
