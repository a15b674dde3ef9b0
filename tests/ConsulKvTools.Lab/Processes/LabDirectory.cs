namespace ConsulKvTools.Lab;

/// <summary>
/// A temporary directory that says who owns it and which processes were started in it, so that what a crashed owner left behind
/// can be told from what is still in use.
/// </summary>
internal sealed class LabDirectory : IDisposable
{
    private const string Owner = "owner";
    private const string Children = "children";
    private static readonly Lazy<bool> SweptOnce = new(() => { AbandonedLabs.Sweep(); return true; });
    private readonly Lock _gate = new();

    private LabDirectory(string path) => Path = path;

    /// <summary>The folder that all labs of this user share.</summary>
    public static string Root { get; } = MakePrivate(System.IO.Path.Combine(
        System.IO.Path.GetTempPath(), $"consulkvtools-lab-{Environment.UserName}"));

    public static string Runs { get; } = MakePrivate(System.IO.Path.Combine(Root, "run"));

    public string Path { get; }

    /// <summary>Makes a directory owned by this process. The first one a process makes also sweeps up after crashed ones.</summary>
    public static LabDirectory Create(string purpose)
    {
        _ = SweptOnce.Value;
        // Short, because a unix socket's path must fit into 108 bytes.
        var path = System.IO.Path.Combine(Runs, $"{purpose}-{Guid.NewGuid().ToString("N")[..10]}");
        MakePrivate(path);
        File.WriteAllLines(System.IO.Path.Combine(path, Owner), [ProcessIdentity.Scope, ProcessIdentity.Current.ToString()]);
        return new(path);
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public void Record(ProcessIdentity child)
    {
        lock (_gate) File.AppendAllLines(PathOf(Children), [child.ToString()]);
    }

    public void Dispose() => Delete(Path);

    /// <summary>Who owns the directory; null when it belongs to another process id scope or cannot be read.</summary>
    internal static ProcessIdentity? OwnerOf(string path)
    {
        try
        {
            return File.ReadAllLines(System.IO.Path.Combine(path, Owner)) is [var scope, var owner, ..] && scope == ProcessIdentity.Scope
                ? ProcessIdentity.Parse(owner)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static IEnumerable<ProcessIdentity> ChildrenOf(string path)
    {
        var file = System.IO.Path.Combine(path, Children);
        return File.Exists(file) ? File.ReadAllLines(file).Select(ProcessIdentity.Parse).OfType<ProcessIdentity>() : [];
    }

    internal static void Delete(string path)
    {
        // A killed agent may still be writing for a moment, and Windows refuses to delete open files.
        for (var attempt = 0; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (attempt == 20) return;
                Thread.Sleep(50);
            }
        }
    }

    private static string MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
