namespace ConsulKvTools.Lab;

/// <summary>A volume of its own in memory (Linux, root), to be filled up.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly LabDirectory _directory = LabDirectory.Create("disk");

    /// <summary>Mounts it.</summary>
    /// <param name="options">tmpfs's: <c>size=1m</c>, <c>nr_inodes=10</c>.</param>
    /// <exception cref="PlatformNotSupportedException">It cannot be mounted here; the message is <see cref="WhyNot"/>.</exception>
    public SmallDisk(string options)
    {
        if (WhyNot is { } reason) throw new PlatformNotSupportedException(reason);
        Path = System.IO.Path.Combine(_directory.Path, "disk");
        Directory.CreateDirectory(Path);
        Mount("-t", "tmpfs", "-o", options, "tmpfs", Path);
    }

    /// <summary>Why no volume can be mounted on this machine; null when one can.</summary>
    public static string? WhyNot { get; } = FindWhyNot();

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Writes until nothing fits any more, but for <paramref name="left"/> bytes.</summary>
    public void Fill(long left = 0)
    {
        using var file = File.Create(System.IO.Path.Combine(Path, "filler"));
        var block = new byte[4096];
        try
        {
            while (new DriveInfo(Path).AvailableFreeSpace > left) file.Write(block);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Makes files until there can be no more.</summary>
    public void UseUpInodes()
    {
        try
        {
            for (var number = 0; ; number++) File.Create(System.IO.Path.Combine(Path, $"small-{number}")).Dispose();
        }
        catch (IOException)
        {
            // None left.
        }
    }

    /// <summary>Makes it read-only; nothing on it may be open for writing.</summary>
    public void MakeReadOnly() => Mount("-o", "remount,ro", Path);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Lazily: a process that still holds a file there must not keep it.
        Tool.Run("umount", ["-l", Path], TimeSpan.FromSeconds(10));
        _directory.Dispose();
    }

    private static string? FindWhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "small volumes can be mounted on Linux only";
        if (Environment.UserName != "root") return "mounting a volume needs root";
        if (Tool.Find("mount") is null) return "mount is not installed";
        var folder = Directory.CreateTempSubdirectory("kvlab-mount-").FullName;
        var probe = Tool.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], TimeSpan.FromSeconds(10));
        if (probe.ExitCode == 0) Tool.Run("umount", [folder], TimeSpan.FromSeconds(10));
        Directory.Delete(folder);
        return probe.ExitCode == 0 ? null : $"mount -t tmpfs: {probe.Error.Trim()}";
    }

    private static void Mount(params string[] arguments)
    {
        var result = Tool.Run("mount", arguments, TimeSpan.FromSeconds(10));
        if (result.ExitCode != 0) throw new InvalidOperationException($"mount {string.Join(' ', arguments)}: {result}");
    }
}
