using System.Globalization;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace ConsulKvTools.Commands;

/// <summary>
/// The drives of a runspace by the tag that begins their paths. A path that comes down a pipeline has lost its drive: the tag tells which
/// session it belongs to. Two drives of one name, as in a function that makes its own, have different tags.
/// </summary>
internal sealed class DriveTable
{
    private static readonly ConditionalWeakTable<Runspace, DriveTable> All = new();

    private readonly Dictionary<string, ConsulKvDriveInfo> drives = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>That of the runspace whose pipeline thread this is.</summary>
    public static DriveTable Current => All.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>A tag that no other drive has.</summary>
    public string NewTag(string name)
    {
        var tag = name;
        for (var number = 2; drives.ContainsKey(tag); number++) tag = name + "~" + number.ToString(CultureInfo.InvariantCulture);
        return tag;
    }

    public void Add(string tag, ConsulKvDriveInfo drive) => drives.Add(tag, drive);

    public void Remove(ConsulKvDriveInfo drive)
    {
        foreach (var tag in drives.Where(pair => pair.Value.Root == drive.Root).Select(pair => pair.Key).ToArray()) drives.Remove(tag);
    }

    /// <summary>The drive with this tag; null when it was removed.</summary>
    public ConsulKvDriveInfo? Find(string tag) => drives.TryGetValue(tag, out var drive) ? drive : null;
}
