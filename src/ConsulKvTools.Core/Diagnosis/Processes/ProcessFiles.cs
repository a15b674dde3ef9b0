namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Where this process finds the files that another one names: that may have another root, and relative names begin at its own folder.</summary>
/// <param name="Folder">The process's folder below <c>/proc</c>.</param>
/// <param name="HasOtherRoot">True when it sees other files than this process: a container, a chroot.</param>
/// <param name="WorkingFolder">Its working folder as it calls it itself; null when not known.</param>
internal sealed record ProcessFiles(string Folder, bool HasOtherRoot, string? WorkingFolder)
{
    private const int MostLinks = 40;

    /// <summary>The path by which this process reaches what the other one calls <paramref name="path"/>.</summary>
    public string Map(string path)
    {
        if (path.Length == 0) return path;
        if (path[0] == '/') return HasOtherRoot ? FollowBelow(Path.Combine(Folder, "root"), path) : path;
        return WorkingFolder is null ? Folder + "/cwd/" + path : Map(WorkingFolder.TrimEnd('/') + "/" + path);
    }

    // An absolute link inside a container means the container's root; the kernel would follow it from ours.
    private static string FollowBelow(string root, string path)
    {
        var reached = new List<string>();
        var ahead = new Stack<string>(Enumerable.Reverse(path.Split('/')));
        var links = 0;
        while (ahead.Count > 0)
        {
            var name = ahead.Pop();
            if (name is "" or ".") continue;
            if (name == "..")
            {
                if (reached.Count > 0) reached.RemoveAt(reached.Count - 1);
                continue;
            }
            reached.Add(name);
            if (links >= MostLinks || SymbolicLinks.TargetOf(root + "/" + string.Join("/", reached)) is not { } target) continue;
            links++;
            reached.RemoveAt(reached.Count - 1);
            if (target.StartsWith("/", StringComparison.Ordinal)) reached.Clear();
            foreach (var part in Enumerable.Reverse(target.Split('/'))) ahead.Push(part);
        }
        return root + "/" + string.Join("/", reached);
    }
}
