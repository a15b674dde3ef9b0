namespace ConsulKvTools.Kv.Releases;

/// <summary>
/// Where the releases of one configuration stand: <c>app/current</c> holds the prefix of the tree in use, <c>app/releases/v42/</c> is a tree,
/// <c>app/manifests/v42</c> says what was published as that tree, <c>app/history</c> who switched when.
/// </summary>
/// <remarks>Manifests stand beside the trees and not in them: who reads a tree reads the configuration and nothing else.</remarks>
internal sealed class ReleaseLayout
{
    private ReleaseLayout(string name) => Name = name;

    /// <summary>The configuration's prefix without a slash at its end, such as <c>app</c> or <c>team/app</c>.</summary>
    public string Name { get; }

    /// <summary>The key whose value is the prefix of the current tree.</summary>
    public string Pointer => Name + "/current";

    /// <summary>The key that remembers the switches.</summary>
    public string History => Name + "/history";

    /// <summary>The folder of the manifests.</summary>
    public string Manifests => Name + "/manifests/";

    /// <summary>The folder of the trees.</summary>
    public string Releases => Name + "/releases/";

    /// <summary>The layout of a configuration; slashes at the end of its name do not count.</summary>
    /// <exception cref="ConsulException">No key can begin with this name.</exception>
    public static ReleaseLayout Of(string name)
    {
        var trimmed = name.TrimEnd('/');
        var layout = new ReleaseLayout(trimmed);
        if ((trimmed.Length == 0 ? KvKey.Check("", isPrefix: false) : Problem(layout.Pointer)) is { } problem) throw ConsulException.From(problem);
        return layout;
    }

    /// <summary>The layout and the release to which a prefix belongs as its tree; null when it is none.</summary>
    public static (ReleaseLayout Layout, string Release)? OfTree(string prefix)
    {
        const string Folder = "/releases/";
        var at = prefix.LastIndexOf(Folder, StringComparison.Ordinal);
        if (at <= 0) return null;
        var layout = new ReleaseLayout(prefix.Substring(0, at));
        return layout.ReleaseOf(prefix) is { } release ? (layout, release) : null;
    }

    /// <summary>True for a key of the releases themselves: pointer, history, manifests and trees.</summary>
    public bool Owns(string key) => key == Pointer || key == History || key.StartsWith(Manifests, StringComparison.Ordinal) || key.StartsWith(Releases, StringComparison.Ordinal);

    /// <summary>The manifest of a release.</summary>
    public string Manifest(string release) => Manifests + release;

    /// <summary>The prefix of a release's tree, with the slash at its end.</summary>
    public string Tree(string release) => Releases + release + "/";

    /// <summary>The release that a pointer's value names; null when it points to none of this configuration.</summary>
    public string? ReleaseOf(string pointed) =>
        pointed.Length > Releases.Length + 1 && pointed.StartsWith(Releases, StringComparison.Ordinal) && pointed.IndexOf('/', Releases.Length) == pointed.Length - 1
            ? pointed.Substring(Releases.Length, pointed.Length - Releases.Length - 1) : null;

    /// <summary>Refuses what is no name of a release: it is one part of a key.</summary>
    /// <exception cref="ConsulException">It is empty, has a slash, or no key can hold it.</exception>
    public void Check(string release)
    {
        if (release.Length == 0 || release.IndexOf('/') >= 0)
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Release"),
                ("problem", $"'{Printable.Text(release, 120)}' is no name of a release: give one part of a key, without a slash, such as v42 or 2024-11-23")));
        if (Problem(Tree(release) + "x") is { } problem) throw ConsulException.From(problem);
    }

    /// <summary>Refuses what is not to be published: also where the name's keys would stand among another configuration's trees and manifests, and change what is published there.</summary>
    /// <remarks>The name alone decides, whether or not there is another configuration: it may come later. What is there already is still read, switched and removed.</remarks>
    /// <exception cref="ConsulException">It is not.</exception>
    public void CheckToPublish(string release)
    {
        foreach (var folder in new[] { "/releases/", "/manifests/" })
        {
            var at = (Name + "/").IndexOf(folder, 1, StringComparison.Ordinal);
            if (at < 0) continue;
            var around = Printable.Text(Name.Substring(0, at), 120);
            throw ConsulException.From(ConsulFinding.Create("Request.Invalid", ("source", "-Name"),
                ("problem", $"{Printable.Text(Name, 200)} lies below {around}{folder}, where the configuration {around} keeps its own, so publishing there could change what is published")) with
            {
                Remedy = "Choose another name, of which no part after the first is releases or manifests. What is published under this one can still be read, switched to and removed; -FromPrefix copies it.",
            });
        }
        Check(release);
    }

    /// <summary>All of it goes through transactions, which take what a path cannot carry.</summary>
    private static ConsulFinding? Problem(string key) => KvKey.Check(key, isPrefix: false) ?? KvKey.CheckInTransaction(key);
}
