namespace ConsulKvTools.Files;

/// <summary>Files that only this user may read, from their first byte on.</summary>
internal static class PrivateFile
{
    /// <summary>A new file.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.CreateNew);

    /// <summary>A file to read and write, which nobody else may open meanwhile; made when it is not there.</summary>
    public static FileStream OpenOrCreate(string path) => Open(path, FileMode.OpenOrCreate);

    /// <summary>A file of the temporary folder that nobody else can open, and that goes with its handle however this process ends.</summary>
    public static FileStream Temporary()
    {
        var path = Path.GetTempFileName();
        var isWindows = OperatingSystem.IsWindows();
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 128 * 1024, isWindows ? FileOptions.DeleteOnClose : FileOptions.None);
        // Elsewhere it is the process that deletes on close, and one that was killed does not. A file without a name goes with its last handle; nothing is in it yet.
        if (!isWindows) File.Delete(path);
        return file;
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
