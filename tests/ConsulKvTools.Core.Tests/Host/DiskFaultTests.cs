using System.Text.Json;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Host;

/// <summary>The volume of Consul's data, where the agent is on this machine.</summary>
public sealed class DiskFaultTests
{
    private const string NodeId = "5c29b1e0-8a53-4d5e-9d5c-1f7d6a2b3c4d";

    [Fact]
    public async Task A_disk_with_room_is_healthy_and_its_space_a_fact()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var diagnosis = await Diagnose.RunAsync(agent.Address);
        Diagnose.IsHealthy(diagnosis);
        Assert.Equal(agent.DataDirectory, diagnosis.Facts["DataFolder"]);
        Assert.IsType<long>(diagnosis.Facts["DataFolderFree"]);
    }

    [Fact]
    public async Task A_small_disk_and_then_a_full_one()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=64m");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = JsonSerializer.Serialize(new { data_dir = disk.Path }) });
        Diagnose.Names("Host.DiskNearlyFull", FaultOrigin.Real, "data_dir on a volume of 64 MiB", await Diagnose.RunAsync(agent.Address));

        disk.Fill();
        var full = await Diagnose.RunAsync(agent.Address);
        // Once Raft itself has met it the server says so; until then what is seen from here is the cause.
        Diagnose.Names(full.RootCause?.Code == "Storage.DiskFull" ? "Storage.DiskFull" : "Host.DiskFull", full);
        Diagnose.Lists("Host.DiskFull", FaultOrigin.Real, "data_dir on a volume that was filled up", full);
    }

    [Fact]
    public async Task No_inode_is_left()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=200m,nr_inodes=200");
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { ExtraConfig = JsonSerializer.Serialize(new { data_dir = disk.Path }) });
        disk.UseUpInodes();
        Diagnose.Names("Host.DiskInodesExhausted", FaultOrigin.Real, "data_dir on a volume without a free inode", await Diagnose.RunAsync(agent.Address));
    }

    [Fact]
    public async Task The_volume_is_read_only()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=200m");
        File.WriteAllText(Path.Combine(disk.Path, "node-id"), NodeId);
        disk.MakeReadOnly();
        using var consul = Scripted(disk.Path);
        Diagnose.Names("Host.ReadOnlyFileSystem", FaultOrigin.Real, "data_dir on a volume mounted read-only", await Diagnose.RunAsync(consul.Address));
    }

    [Fact]
    public async Task The_servers_own_word_comes_before_what_is_seen_from_outside()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=1m");
        File.WriteAllText(Path.Combine(disk.Path, "node-id"), NodeId);
        disk.Fill();
        using var consul = Scripted(disk.Path);
        consul.On("PUT", "/v1/kv/", ScriptedResponse.Text($"write {disk.Path}/raft/raft.db: no space left on device", 500));
        var diagnosis = await Diagnose.RunAsync(consul.Address);
        Diagnose.Names("Storage.DiskFull", diagnosis);
        Assert.Equal("Storage.DiskFull", diagnosis.Findings.Single(finding => finding.Code == "Host.DiskFull").BlockedBy);
    }

    [Fact]
    public async Task A_folder_of_the_same_name_that_is_not_the_agents_says_nothing()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=1m");
        File.WriteAllText(Path.Combine(disk.Path, "node-id"), Guid.NewGuid().ToString());
        disk.Fill();
        using var consul = Scripted(disk.Path);
        Diagnose.IsHealthy(await Diagnose.RunAsync(consul.Address));
    }

    [Fact]
    public void A_volume_says_what_is_left()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=1m,nr_inodes=50");
        var volume = Volume.Of(disk.Path)!;
        Assert.Equal((1024 * 1024, 49L, false), (volume.TotalBytes, volume.FreeInodes, volume.IsReadOnly));
        disk.Fill();
        Assert.Equal(0, Volume.Of(disk.Path)!.FreeBytes);
        Assert.Null(Volume.Of(Path.Combine(disk.Path, "nowhere")));
    }

    private static ScriptedConsul Scripted(string dataFolder)
    {
        var consul = new ScriptedConsul();
        consul.On("GET", "/v1/agent/self", consul.Reply(JsonSerializer.Serialize(new
        {
            Config = new { Datacenter = "dc1", NodeName = "scripted", NodeID = NodeId, Server = true, Version = "1.22.2" },
            DebugConfig = new { DataDir = dataFolder, KVMaxValueSize = 524288 },
        })));
        return consul;
    }
}
