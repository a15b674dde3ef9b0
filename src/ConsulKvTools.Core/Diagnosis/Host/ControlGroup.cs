using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>The limits a process lives under: those of a container or a systemd unit, version 1 or 2. Null members are not limited, or cannot be read.</summary>
internal sealed record ControlGroup
{
    // Version 1 says "no limit" with a number close to 2^63.
    private const long Unlimited = 1L << 60;

    /// <summary>Bytes its processes may use.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Bytes they use, less what the kernel would give back at once (cached files).</summary>
    public long? MemoryUsed { get; init; }

    /// <summary>Processes of the limited group that the kernel has killed for want of memory since it was made.</summary>
    public long? KilledForMemory { get; init; }

    /// <summary>CPUs its processes may use together.</summary>
    public double? CpuLimit { get; init; }

    /// <summary>Part of the time slices in which they were stopped because that was used up, 0 to 1.</summary>
    public double? Throttled { get; init; }

    /// <summary>How many time slices that part is of.</summary>
    public long? Periods { get; init; }

    /// <summary>How much of the last ten seconds all of them stood still for want of CPU.</summary>
    public PressureStall? CpuPressure { get; init; }

    /// <summary>Processes and threads there may be.</summary>
    public long? TaskLimit { get; init; }

    /// <summary>Processes and threads there are.</summary>
    public long? Tasks { get; init; }

    /// <summary>The group of a process.</summary>
    /// <param name="files">Where to read.</param>
    /// <param name="process">Its folder's name below <c>/proc</c>: a number, or <c>self</c>.</param>
    public static ControlGroup Read(HostFiles files, string process)
    {
        var lines = (new ProcFolder(files.Proc).Text(process + "/cgroup", "its control group") ?? "").Split('\n')
            .Select(line => line.Split([':'], 3)).Where(parts => parts.Length == 3).ToArray();
        string? PathOf(string controller) => lines.FirstOrDefault(parts => parts[1].Split(',').Contains(controller))?[2];
        var own = new ProcFolder(files.ControlGroups);
        if (lines.Any(parts => parts[0] == "0") && PathOf("memory") is null) return Version2(own, lines.First(parts => parts[0] == "0")[2]);
        return Version1(own, PathOf("memory"), PathOf("cpu"), PathOf("pids"));
    }

    private static ControlGroup Version2(ProcFolder groups, string path)
    {
        var group = new ControlGroup();
        // The nearest limit counts: a container's may stand on its parent.
        foreach (var folder in Upwards(groups, "", path))
        {
            string? Text(string file) => groups.Text(Path.Combine(folder, file), "control group");
            if (group.MemoryLimit is null && ProcFolder.ParseNumber(Text("memory.max")) is { } memory)
            {
                var stat = Text("memory.stat");
                var cached = (KeyedNumbers.Of(stat, "inactive_file") ?? 0) + (KeyedNumbers.Of(stat, "active_file") ?? 0);
                group = group with
                {
                    MemoryLimit = memory,
                    MemoryUsed = ProcFolder.ParseNumber(Text("memory.current")) - cached,
                    KilledForMemory = KeyedNumbers.Of(Text("memory.events"), "oom_kill"),
                };
            }
            if (group.CpuLimit is null && Text("cpu.max")?.Trim().Split(' ') is [var quota, var period] && ProcFolder.ParseNumber(quota) is { } allowed && ProcFolder.ParseNumber(period) is > 0 and var each)
                group = WithThrottling(group, Text("cpu.stat")) with { CpuLimit = allowed / (double)each, CpuPressure = PressureStall.Parse(Text("cpu.pressure")) };
            if (group.TaskLimit is null && ProcFolder.ParseNumber(Text("pids.max")) is { } tasks)
                group = group with { TaskLimit = tasks, Tasks = ProcFolder.ParseNumber(Text("pids.current")) };
        }
        return group;
    }

    private static ControlGroup Version1(ProcFolder groups, string? memory, string? cpu, string? pids)
    {
        var group = new ControlGroup();
        foreach (var folder in Upwards(groups, "memory", memory))
        {
            string? Text(string file) => groups.Text(Path.Combine(folder, file), "control group");
            if (group.MemoryLimit is not null || ProcFolder.ParseNumber(Text("memory.limit_in_bytes")) is not (> 0 and < Unlimited and var limit)) continue;
            var stat = Text("memory.stat");
            var cached = (KeyedNumbers.Of(stat, "total_inactive_file") ?? 0) + (KeyedNumbers.Of(stat, "total_active_file") ?? 0);
            group = group with
            {
                MemoryLimit = limit,
                MemoryUsed = ProcFolder.ParseNumber(Text("memory.usage_in_bytes")) - cached,
                KilledForMemory = KeyedNumbers.Of(Text("memory.oom_control"), "oom_kill"),
            };
        }
        foreach (var folder in Upwards(groups, "cpu", cpu))
        {
            string? Text(string file) => groups.Text(Path.Combine(folder, file), "control group");
            if (group.CpuLimit is null && ProcFolder.ParseNumber(Text("cpu.cfs_quota_us")) is > 0 and var quota && ProcFolder.ParseNumber(Text("cpu.cfs_period_us")) is > 0 and var period)
                group = WithThrottling(group, Text("cpu.stat")) with { CpuLimit = quota / (double)period };
        }
        foreach (var folder in Upwards(groups, "pids", pids))
            if (group.TaskLimit is null && groups.Number(Path.Combine(folder, "pids.max"), "control group") is { } tasks)
                group = group with { TaskLimit = tasks, Tasks = groups.Number(Path.Combine(folder, "pids.current"), "control group") };
        return group;
    }

    private static ControlGroup WithThrottling(ControlGroup group, string? stat) =>
        KeyedNumbers.Of(stat, "nr_periods") is > 0 and var periods && KeyedNumbers.Of(stat, "nr_throttled") is { } throttled
            ? group with { Periods = periods, Throttled = throttled / (double)periods } : group;

    // Inside a container the path may be the host's, which is not there: then the top is the container's own group.
    private static IEnumerable<string> Upwards(ProcFolder groups, string controller, string? path)
    {
        if (path is null) yield break;
        var parts = path.Split(['/'], StringSplitOptions.RemoveEmptyEntries);
        for (var depth = parts.Length; depth >= 0; depth--)
        {
            var folder = Path.Combine([controller, .. parts.Take(depth)]);
            if (Directory.Exists(groups.PathOf(folder))) yield return folder;
        }
    }
}
