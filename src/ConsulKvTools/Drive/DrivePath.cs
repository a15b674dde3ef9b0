namespace ConsulKvTools.Commands;

/// <summary>
/// The provider's own form of a path: <c>/tag/key</c>. The tag names the drive, all behind it is the key. Slash and backslash both separate; a
/// separator at the end says that the folder is meant and not a key of the same name.
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

    /// <summary>The last part, without separators.</summary>
    public static string NameOf(string path)
    {
        if (Escaped(path) is { } place) return path.Substring(place + Verbatim.Length);
        path = path.TrimEnd(Separators);
        return path.Substring(path.LastIndexOfAny(Separators) + 1);
    }

    /// <summary>The path of a key, or of a folder when that ends in a slash; one that is refused for a key that no path can carry.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="key">The key or folder.</param>
    /// <param name="parent">The folder that it was listed in, with the slash at its end.</param>
    public static string Of(ConsulKvDriveInfo drive, string key, string parent)
    {
        var tag = "/" + TagOf(drive.Root) + "/";
        var name = key.Substring(parent.Length);
        return Carries(name) ? tag + key : (tag + parent).TrimEnd('/') + Verbatim + name;
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
    public static bool MayBeGlobbed(string name, string driveName) =>
        Carries(name) && name.IndexOf("::", StringComparison.Ordinal) < 0 && !name.StartsWith(driveName + ":", StringComparison.OrdinalIgnoreCase);

    /// <summary>The drive and what the path names on it.</summary>
    /// <exception cref="ConsulException">The drive is gone, or a path cannot name this key.</exception>
    public static DrivePlace Parse(string path, DriveTable drives)
    {
        if (Escaped(path) is { } place && place > 0) throw Refused(KeyOf(path.Substring(0, place)), path.Substring(place + Verbatim.Length));
        var plain = Slashes(path).TrimStart('/');
        var end = plain.IndexOf('/');
        var tag = end < 0 ? plain : plain.Substring(0, end);
        if (drives.Find(tag) is not { } drive)
            throw ConsulException.From(Invalid($"the path '{Printable.Text(path, 200)}' belongs to no drive of this session; make one with New-PSDrive -PSProvider ConsulKv, and give paths such as kv:/app"));
        var key = end < 0 ? "" : plain.Substring(end + 1);
        // The root is a folder, however it is written.
        if (key.Length + 1 == drive.Folder.Length && drive.Folder.StartsWith(key, StringComparison.Ordinal)) key = drive.Folder;
        if (Kv.KvKey.Check(key, isPrefix: true) is { } problem) throw ConsulException.From(problem);
        return new DrivePlace(drive, key);
    }

    /// <summary>Why <paramref name="child"/> cannot stand in a path as it was typed; null when it can.</summary>
    public static ConsulFinding? ProblemOf(string parent, string child)
    {
        var plain = Slashes(child);
        var behind = plain.StartsWith("/", StringComparison.Ordinal) ? plain.Substring(1) : plain;
        return behind.IndexOf(Verbatim, StringComparison.Ordinal) >= 0 || behind.StartsWith("/", StringComparison.Ordinal) ? Kv.KvKey.Check("x/" + behind, isPrefix: true) : null;
    }

    public static ConsulFinding Invalid(string problem) => ConsulFinding.Create("Request.Invalid", ("source", "-Path"), ("problem", problem));

    private static ConsulException Refused(string folder, string name) =>
        ConsulException.From(ConsulFinding.Create("Key.NoDrivePath", ("key", Printable.Text(folder.Length == 0 ? name : folder + "/" + name)), ("prefix", Printable.Text(folder.Length == 0 ? "" : folder + "/"))));

    private static string KeyOf(string path)
    {
        var plain = Slashes(path).TrimStart('/');
        return plain.IndexOf('/') is >= 0 and var end ? plain.Substring(end + 1) : "";
    }

    private static string TagOf(string root) => root.Substring(1).Split('/')[0];

    private static int? Escaped(string path) => path.IndexOf(Verbatim, StringComparison.Ordinal) is >= 0 and var place ? place : null;

    private static string Slashes(string path) => path.Replace('\\', '/');
}
