namespace ConsulKvTools.Diagnosis.Host;

/// <summary>Where the kernel shows what it counts. Tests point it elsewhere.</summary>
/// <param name="Proc">The proc file system.</param>
/// <param name="ControlGroups">The control groups' file system.</param>
internal sealed record HostFiles(string Proc, string ControlGroups)
{
    /// <summary>Those of this machine.</summary>
    public static HostFiles OfThisMachine { get; } = new("/proc", "/sys/fs/cgroup");
}
