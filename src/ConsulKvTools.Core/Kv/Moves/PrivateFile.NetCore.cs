namespace ConsulKvTools.Kv.Moves;

/// <summary>Files that only this user may read, from their first byte on.</summary>
internal static class PrivateFile
{
    /// <summary>A new file.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.CreateNew);

    /// <summary>A file to read and write, which nobody else may open meanwhile; made when it is not there.</summary>
    public static FileStream OpenOrCreate(string path) => Open(path, FileMode.OpenOrCreate);

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
