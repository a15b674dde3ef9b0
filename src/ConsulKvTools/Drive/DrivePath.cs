using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>
/// The provider's own form of a path: <c>drive:/key below the drive's root</c>, the same as the form in which it is typed. So a path that comes
/// down a pipeline without its drive still tells which session it belongs to, and PowerShell may take the one form for the other. Slash and
/// backslash both separate; a separator at the end says that the folder is meant and not a key of the same name.
/// </summary>
internal static class DrivePath
{
    /// <summary>Two separators in a row: behind them stands a name as it is, which no path can carry. Never looked up, only named when it is refused.</summary>
    private const string Verbatim = "//";

    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>A path with a separator at its end has the one of this machine there: PowerShell itself knows no other when it looks for it.</summary>
    public static string Join(string parent, string child)
    {
        parent = Slashes(parent);
        child = Slashes(child);
        var whole = parent.Length == 0 ? child : (parent.EndsWith("/", StringComparison.Ordinal) ? parent : parent + "/") + (child.StartsWith("/", StringComparison.Ordinal) ? child.Substring(1) : child);
        return whole.EndsWith("/", StringComparison.Ordinal) ? whole.Substring(0, whole.Length - 1) + Path.DirectorySeparatorChar : whole;
    }

    /// <summary>Everything before the last part; empty at the root and at the top.</summary>
    public static string ParentOf(string path, string? root)
    {
        if (Escaped(path) is { } place) return path.Substring(0, place);
        path = path.TrimEnd(Separators);
        if (!string.IsNullOrEmpty(root) && Slashes(path) == Slashes(root!).TrimEnd('/')) return "";
        var last = path.LastIndexOfAny(Separators);
        return last < 0 ? "" : Slashes(path.Substring(0, Math.Max(last, 1)));
    }

    /// <summary>The last part. A separator at its end stays, since it tells a folder from the key of its name; not behind a wildcard, which looks for names.</summary>
    public static string NameOf(string path)
    {
        if (Escaped(path) is { } place) return path.Substring(place + Verbatim.Length);
        var plain = path.TrimEnd(Separators);
        var name = plain.Substring(plain.LastIndexOfAny(Separators) + 1);
        return plain.Length == path.Length || plain.EndsWith(":", StringComparison.Ordinal) || WildcardPattern.ContainsWildcardCharacters(path) ? name : name + "/";
    }

    /// <summary>The path of a key, or of a folder when that ends in a slash; one that is refused for a key that no path can carry.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="key">The key or folder.</param>
    /// <param name="parent">The folder that it was listed in, with the slash at its end.</param>
    public static string Of(ConsulKvDriveInfo drive, string key, string parent)
    {
        var within = parent.Length < drive.Folder.Length ? drive.Folder : parent;
        var name = key.Substring(within.Length);
        return MayStand(name, drive.Name) ? drive.Root + "/" + key.Substring(drive.Folder.Length) : (drive.Root + "/" + within.Substring(drive.Folder.Length)).TrimEnd('/') + Verbatim + name;
    }

    /// <summary>True when a path can carry every part of this beginning of a key.</summary>
    public static bool Carries(string name)
    {
        if (name.Length == 0 || name.IndexOf('\\') >= 0) return name.Length == 0;
        var parts = name.Split('/');
        for (var position = 0; position < parts.Length; position++)
            if (parts[position] is "." or ".." || (parts[position].Length == 0 && position < parts.Length - 1)) return false;
        // An empty first part would be a slash at the beginning.
        return parts[0].Length > 0;
    }

    /// <summary>True when PowerShell can put the name behind a folder's path by itself, as it does for wildcards: it takes some colons for its own.</summary>
    public static bool MayBeGlobbed(string name, string driveName) => MayStand(name, driveName) && name.IndexOf("::", StringComparison.Ordinal) < 0;

    /// <summary>The drive and what the path names on it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="find">Gives the drive of a name; null when there is none.</param>
    /// <exception cref="ConsulException">The drive is gone, or a path cannot name this key.</exception>
    public static DrivePlace Parse(string path, Func<string, ConsulKvDriveInfo?> find)
    {
        var colon = path.IndexOf(':');
        if (colon <= 0 || find(path.Substring(0, colon)) is not { } drive)
            throw ConsulException.From(Invalid($"the path '{Printable.Text(path, 200)}' belongs to no drive that is there; make one with New-PSDrive -PSProvider ConsulKv -Name kv, and give paths such as kv:/app"));
        if (Escaped(path) is { } place)
            throw Refused((drive.Folder + Slashes(path.Substring(colon + 1, Math.Max(place - colon - 1, 0))).TrimStart('/')).TrimEnd('/'), path.Substring(place + Verbatim.Length));
        var behind = Slashes(path.Substring(colon + 1)).TrimStart('/');
        if (!MayStand(behind, drive.Name)) throw Refused(drive.Folder.TrimEnd('/'), behind);
        var key = drive.Folder + behind;
        if (Kv.KvKey.Check(key, isPrefix: true) is { } problem) throw ConsulException.From(problem);
        return new DrivePlace(drive, key);
    }

    /// <summary>Why <paramref name="child"/> cannot stand in a path as it was typed; null when it can.</summary>
    public static ConsulFinding? ProblemOf(string child)
    {
        var plain = Slashes(child);
        var behind = plain.StartsWith("/", StringComparison.Ordinal) ? plain.Substring(1) : plain;
        return behind.StartsWith("/", StringComparison.Ordinal) || behind.IndexOf(Verbatim, StringComparison.Ordinal) >= 0
            ? ConsulFinding.Create("Key.DoubleSlash", ("key", Printable.Text(behind)), ("prefix", Printable.Text(behind.Substring(0, behind.IndexOf('/') + 1).TrimStart('/')))) : null;
    }

    public static ConsulFinding Invalid(string problem) => ConsulFinding.Create("Request.Invalid", ("source", "-Path"), ("problem", problem));

    private static ConsulException Refused(string folder, string name) =>
        ConsulException.From(ConsulFinding.Create("Key.NoDrivePath", ("key", Printable.Text(folder.Length == 0 ? name : folder + "/" + name)), ("prefix", Printable.Text(folder.Length == 0 ? "" : folder + "/"))));

    /// <summary>PowerShell would take a drive's name and a colon at a path's beginning for the drive.</summary>
    private static bool MayStand(string name, string driveName) => Carries(name) && !name.StartsWith(driveName + ":", StringComparison.OrdinalIgnoreCase);

    private static int? Escaped(string path) => path.IndexOf(Verbatim, StringComparison.Ordinal) is >= 0 and var place ? place : null;

    private static string Slashes(string path) => path.Replace('\\', '/');
}
