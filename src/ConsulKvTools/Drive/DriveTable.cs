using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ConsulKvTools.Commands;

/// <summary>The drives of a runspace, the newest of a name last: one made in a function hides one of the same name until the function ends.</summary>
internal sealed class DriveTable
{
    private static readonly ConditionalWeakTable<Runspace, DriveTable> All = new();

    private readonly List<ConsulKvDriveInfo> drives = [];

    /// <summary>That of the runspace whose pipeline thread this is.</summary>
    public static DriveTable Current => All.GetOrCreateValue(Runspace.DefaultRunspace);

    public void Add(ConsulKvDriveInfo drive) => drives.Add(drive);

    public void Remove(ConsulKvDriveInfo drive) => drives.Remove(drive);

    /// <summary>The drive of this name; null when there is none.</summary>
    public ConsulKvDriveInfo? Find(string name) => drives.FindLast(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase));
}
