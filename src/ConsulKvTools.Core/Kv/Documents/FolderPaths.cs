namespace ConsulKvTools.Kv.Documents;

/// <summary>Gives the keys of a folder their paths: none is both a file and a folder, no two differ by letter case only.</summary>
/// <param name="keys">All keys, in order; the same keys always get the same paths.</param>
internal sealed class FolderPaths(IEnumerable<string> keys)
{
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> folderPaths = new(StringComparer.Ordinal) { [""] = "" };
    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path of each key, with slashes, in the order of the keys.</summary>
    public IReadOnlyList<string> Paths()
    {
        var all = new List<List<string>>();
        foreach (var key in keys)
        {
            var names = FolderNames.Of(key);
            all.Add(names);
            for (var level = 1; level < names.Count; level++) folders.Add(string.Join("/", names.Take(level)));
        }
        var paths = new List<string>(all.Count);
        foreach (var names in all)
        {
            var own = "";
            for (var level = 0; level < names.Count - 1; level++)
            {
                var below = Join(own, names[level]);
                if (!folderPaths.TryGetValue(below, out _)) folderPaths[below] = Take(folderPaths[own], names[level]);
                own = below;
            }
            var last = names[names.Count - 1];
            paths.Add(Take(folderPaths[own], folders.Contains(Join(own, last)) ? last + FolderNames.Mark : last));
        }
        return paths;
    }

    private string Take(string folder, string name)
    {
        var path = Join(folder, name);
        for (var turn = 1; !taken.Add(path); turn++) path = Join(folder, FolderNames.Respelled(name, turn));
        return path;
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : folder + "/" + name;
}
