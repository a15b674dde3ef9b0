namespace ConsulKvTools.Lab;

/// <summary>The user's cache of consul executables: one folder for each version.</summary>
internal sealed class BinaryCache
{
    private static readonly string Executable = OperatingSystem.IsWindows() ? "consul.exe" : "consul";

    public BinaryCache(Func<string, string?> environment)
    {
        var root = OperatingSystem.IsWindows()
            ? environment("LOCALAPPDATA")
            : environment("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache") : null;
        Folder = Path.Combine(string.IsNullOrEmpty(root) ? LabDirectory.Root : root, "consulkvtools", "consul");
    }

    public string Folder { get; }

    /// <summary>The newest version in the cache; null when it is empty.</summary>
    public ConsulBinary? Find()
    {
        if (!Directory.Exists(Folder)) return null;
        return Directory.EnumerateDirectories(Folder)
            .Select(folder => (Version: Version.TryParse(Path.GetFileName(folder), out var version) ? version : null, File: Path.Combine(folder, Executable)))
            .Where(entry => entry.Version is not null && File.Exists(entry.File))
            .OrderByDescending(entry => entry.Version)
            .Select(entry => new ConsulBinary(entry.File, "cache"))
            .FirstOrDefault();
    }

    /// <summary>Keeps other processes from fetching the same thing at the same time.</summary>
    public FileStream Lock()
    {
        Directory.CreateDirectory(Folder);
        var deadline = DateTime.UtcNow + TimeSpan.FromMinutes(5);
        while (true)
        {
            try
            {
                return new(Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>Fetches from a source and files the result under the version it says it is. Call with the lock held.</summary>
    public ConsulBinary Add(IConsulSource source)
    {
        // With the lock held, whatever lies there was left by a process that crashed.
        foreach (var left in Directory.EnumerateDirectories(Folder, ".fetch-*")) LabDirectory.Delete(left);
        var staging = Directory.CreateDirectory(Path.Combine(Folder, $".fetch-{Guid.NewGuid():N}")).FullName;
        try
        {
            var fetched = source.Fetch(staging);
            var version = new ConsulBinary(fetched, source.Name).Version;
            var home = Directory.CreateDirectory(Path.Combine(Folder, version.ToString())).FullName;
            // A rename within one file system: readers without the lock see the whole file or none.
            var final = Path.Combine(home, Executable);
            File.Move(fetched, final, overwrite: true);
            return new(final, source.Name);
        }
        finally
        {
            LabDirectory.Delete(staging);
        }
    }
}
