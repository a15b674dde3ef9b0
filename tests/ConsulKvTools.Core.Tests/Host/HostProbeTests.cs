using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Host;

/// <summary>What the kernel's own files say of a machine in trouble, and that a busy one is not accused.</summary>
public sealed class HostProbeTests
{
    [Fact]
    public async Task A_busy_machine_and_a_container_with_a_full_cache_are_healthy()
    {
        using var proc = new ScriptedProc();
        var diagnosis = await RunAsync(proc);
        Diagnose.IsHealthy(diagnosis);
        Assert.Equal(300, diagnosis.Facts["OpenFiles"]);
        Assert.Equal(1024L, diagnosis.Facts["OpenFilesLimit"]);
        Assert.Equal(900_000L * 1024, diagnosis.Facts["MemoryAvailable"]);
    }

    [Fact]
    public async Task This_machine_is_healthy()
    {
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = "http://127.0.0.1:1" }, ConsulEnvironment.Empty);
        Diagnose.IsHealthy(await Diagnoser.RunAsync(session, new DiagnosisRequest(), [new HostProbe(HostFiles.OfThisMachine)], null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_machine_that_shows_nothing_is_healthy()
    {
        using var proc = new ScriptedProc();
        Directory.Delete(proc.Files.Proc, recursive: true);
        Directory.Delete(proc.Files.ControlGroups, recursive: true);
        Diagnose.IsHealthy(await RunAsync(proc));
    }

    [Theory]
    [InlineData("Host.MemoryLow", "proc/meminfo", "MemTotal:  8000000 kB\nMemAvailable:  90000 kB\nSwapTotal:  0 kB\nSwapFree:  0 kB\n")]
    [InlineData("Host.MemoryLow", "proc/pressure/memory", "some avg10=90.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=55.00 avg60=0.00 avg300=0.00 total=0\n")]
    [InlineData("Host.SystemOpenFilesExhausted", "proc/sys/fs/file-nr", "99000\t0\t100000\n")]
    [InlineData("Host.ConntrackFull", "proc/sys/net/netfilter/nf_conntrack_count", "65530\n")]
    [InlineData("Host.MemoryLimitNear", "cgroup/app/memory.stat", "anon 980000000\ninactive_file 4000000\nactive_file 2000000\n")]
    [InlineData("Host.CpuThrottled", "cgroup/app/cpu.pressure", "some avg10=90.00 avg60=1.00 avg300=1.00 total=1\nfull avg10=80.00 avg60=1.00 avg300=1.00 total=1\n")]
    [InlineData("Host.TaskLimitReached", "cgroup/app/pids.current", "100\n")]
    [InlineData("Host.OpenFilesExhausted", "proc/self/limits", "Limit  Soft Limit  Hard Limit  Units\nMax open files            300                 300              files     \n")]
    public async Task A_shortage_is_named_with_its_numbers(string code, string file, string text)
    {
        using var proc = new ScriptedProc().File(file, text);
        var diagnosis = await RunAsync(proc);
        Diagnose.Names(code, FaultOrigin.Scripted, $"kernel files that say so ({Path.GetFileName(file)})", diagnosis);
        Assert.DoesNotContain("<", diagnosis.RootCause!.Title + diagnosis.RootCause.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drowned_machine_is_named()
    {
        using var proc = new ScriptedProc().File("proc/loadavg", $"{Environment.ProcessorCount * 60}.00 9 8 1/2 3\n").File("proc/pressure/cpu", "some avg10=99.00 avg60=99.00 avg300=99.00 total=1\n");
        Diagnose.Names("Host.CpuSaturated", FaultOrigin.Scripted, "kernel files that say so (loadavg)", await RunAsync(proc));
    }

    [Fact]
    public void Limits_of_the_first_version_of_control_groups_are_read_too()
    {
        using var proc = new ScriptedProc().File("proc/self/cgroup", "4:memory:/box\n1:cpu,cpuacct:/box\n2:pids:/box\n0::/\n")
            .File("cgroup/memory/box/memory.limit_in_bytes", "1000\n").File("cgroup/memory/box/memory.usage_in_bytes", "995\n")
            .File("cgroup/memory/box/memory.stat", "total_inactive_file 1\ntotal_active_file 2\n").File("cgroup/memory/box/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
            .File("cgroup/cpu/box/cpu.cfs_quota_us", "25000\n").File("cgroup/cpu/box/cpu.cfs_period_us", "100000\n").File("cgroup/cpu/box/cpu.stat", "nr_periods 200\nnr_throttled 190\n")
            .File("cgroup/pids/box/pids.max", "max\n").File("cgroup/pids/pids.max", "9\n").File("cgroup/pids/pids.current", "2\n");
        var group = ControlGroup.Read(proc.Files, "self");
        Assert.Equal((1000L, 992L, 3L), (group.MemoryLimit, group.MemoryUsed, group.KilledForMemory));
        Assert.Equal((0.25, 0.95, 9L, 2L), (group.CpuLimit, group.Throttled, group.TaskLimit, group.Tasks));
        Assert.Equal(["Host.MemoryLimitNear", "Host.CpuThrottled"], GroupLimits.Judge(group, "a container").Select(finding => finding.Code));
    }

    [Fact]
    public void A_container_that_sees_its_own_group_as_the_top_is_read()
    {
        using var proc = new ScriptedProc().File("proc/self/cgroup", "0::/kubepods/pod1/c2\n").File("cgroup/memory.max", "500\n").File("cgroup/memory.current", "100\n");
        Assert.Equal(500, ControlGroup.Read(proc.Files, "self").MemoryLimit);
    }

    [Theory]
    [InlineData("32768\t60999\n", "", 28232)]
    [InlineData("40000 40009\n", "39000-40001,40005,50000-50010\n", 7)]
    public void Local_ports_are_counted_without_the_reserved_ones(string range, string reserved, int count)
    {
        using var proc = new ScriptedProc().File("proc/sys/net/ipv4/ip_local_port_range", range).File("proc/sys/net/ipv4/ip_local_reserved_ports", reserved);
        Assert.Equal(count, LocalPorts.Count(new ProcFolder(proc.Files.Proc)));
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(4000)]
    public async Task Another_clock_is_named(int seconds)
    {
        using var consul = new ScriptedConsul();
        consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"", 200, $"Date: {DateTimeOffset.UtcNow.AddSeconds(seconds):r}"));
        Diagnose.Names("Host.ClockSkew", FaultOrigin.Scripted, "an agent with another Date", await Diagnose.RunAsync(consul.Address));
    }

    [Fact]
    public async Task A_clock_that_is_a_minute_off_is_fine()
    {
        using var consul = new ScriptedConsul();
        consul.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\"", 200, $"Date: {DateTimeOffset.UtcNow.AddSeconds(60):r}"));
        Diagnose.IsHealthy(await Diagnose.RunAsync(consul.Address));
    }

    private static async Task<ConsulDiagnosis> RunAsync(ScriptedProc proc)
    {
        using var session = ConsulKvSession.CreateForDiagnosis(new ConsulSessionOptions { Address = "http://127.0.0.1:1" }, ConsulEnvironment.Empty);
        return await Diagnoser.RunAsync(session, new DiagnosisRequest(), [new HostProbe(proc.Files)], null, TestContext.Current.CancellationToken);
    }
}
