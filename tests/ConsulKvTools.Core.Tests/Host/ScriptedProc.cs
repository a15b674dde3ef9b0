using ConsulKvTools.Diagnosis.Host;

namespace ConsulKvTools.Tests.Host;

/// <summary>Folders laid out like /proc and /sys/fs/cgroup, with what a machine in trouble would show there.</summary>
internal sealed class ScriptedProc : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-proc-").FullName;

    public ScriptedProc()
    {
        // A machine that builds software: busy, and fine.
        File("proc/loadavg", $"{Environment.ProcessorCount * 12}.00 9.00 8.00 12/900 4711\n")
            .File("proc/pressure/cpu", "some avg10=88.00 avg60=80.00 avg300=70.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
            .File("proc/pressure/memory", "some avg10=3.00 avg60=2.00 avg300=1.00 total=1\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n")
            .File("proc/meminfo", "MemTotal:       8000000 kB\nMemFree:          50000 kB\nMemAvailable:    900000 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n")
            .File("proc/sys/fs/file-nr", "4000\t0\t9223372036854775807\n")
            .File("proc/sys/net/netfilter/nf_conntrack_count", "300\n").File("proc/sys/net/netfilter/nf_conntrack_max", "65536\n")
            .File("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
            .File("proc/self/limits", "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 1048576              files     \n")
            .File("proc/self/cgroup", "0::/app\n")
            .File("cgroup/app/memory.max", "1000000000\n").File("cgroup/app/memory.current", "990000000\n")
            .File("cgroup/app/memory.stat", "anon 300000000\ninactive_file 400000000\nactive_file 200000000\n").File("cgroup/app/memory.events", "low 0\noom 2\noom_kill 1\n")
            .File("cgroup/app/cpu.max", "50000 100000\n").File("cgroup/app/cpu.stat", "usage_usec 1\nnr_periods 1000\nnr_throttled 700\nthrottled_usec 5\n")
            .File("cgroup/app/cpu.pressure", "some avg10=40.00 avg60=1.00 avg300=1.00 total=1\nfull avg10=20.00 avg60=1.00 avg300=1.00 total=1\n")
            .File("cgroup/app/pids.max", "100\n").File("cgroup/app/pids.current", "40\n");
        for (var descriptor = 0; descriptor < 300; descriptor++) File($"proc/self/fd/{descriptor}", "");
    }

    public HostFiles Files => new(Path.Combine(folder, "proc"), Path.Combine(folder, "cgroup"));

    public ScriptedProc File(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return this;
    }

    public ScriptedProc Link(string name, string target)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.CreateSymbolicLink(path, target);
        return this;
    }

    public ScriptedProc Without(string name)
    {
        System.IO.File.Delete(Path.Combine(folder, name));
        return this;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
