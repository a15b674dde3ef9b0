using System.Globalization;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>Which limits of a control group keep its programs from working.</summary>
internal static class GroupLimits
{
    private const double MemoryNearly = 0.97;
    private const double MostlyThrottled = 0.5;

    // Without the kernel's own measure of now, a bad start long ago must not look like one.
    private const double NearlyAlwaysThrottled = 0.9;
    private const double StalledPercent = 50;
    private const long EnoughPeriods = 100;

    /// <summary>The findings about <paramref name="group"/>.</summary>
    /// <param name="group">The limits and their use.</param>
    /// <param name="who">Whose they are, for people.</param>
    public static IEnumerable<ConsulFinding> Judge(ControlGroup group, string who)
    {
        if (group is { MemoryLimit: { } memory, MemoryUsed: { } used } && used >= memory * MemoryNearly)
            yield return ConsulFinding.Create("Host.MemoryLimitNear", ("source", who), ("value", ByteText.Of(used)), ("limit", ByteText.Of(memory)), ("count", group.KilledForMemory));
        if (group is { CpuLimit: { } cpus, Throttled: { } throttled, Periods: >= EnoughPeriods }
            && (group.CpuPressure is { Full: { } full } ? throttled >= MostlyThrottled && full >= StalledPercent : throttled >= NearlyAlwaysThrottled))
            yield return ConsulFinding.Create("Host.CpuThrottled", ("source", who), ("value", Percent(throttled)), ("limit", cpus.ToString("0.##", CultureInfo.InvariantCulture)), ("count", group.Periods));
        if (group is { TaskLimit: { } most, Tasks: { } tasks } && tasks >= most)
            yield return ConsulFinding.Create("Host.TaskLimitReached", ("source", who), ("count", tasks), ("limit", most));
    }

    /// <summary>A share as people read it.</summary>
    public static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);
}
