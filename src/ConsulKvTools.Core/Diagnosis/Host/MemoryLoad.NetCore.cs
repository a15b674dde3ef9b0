namespace ConsulKvTools.Diagnosis.Host;

/// <summary>How full the machine's memory is, where there is no <c>/proc/meminfo</c>.</summary>
internal static class MemoryLoad
{
    /// <summary>Bytes free and in all, as of the last garbage collection; null when there was none yet.</summary>
    public static (long Available, long Total)? Read()
    {
        var seen = GC.GetGCMemoryInfo();
        return seen.MemoryLoadBytes > 0 && seen.TotalAvailableMemoryBytes > 0
            ? (Math.Max(0, seen.TotalAvailableMemoryBytes - seen.MemoryLoadBytes), seen.TotalAvailableMemoryBytes) : null;
    }
}
