namespace ConsulKvTools.Files;

/// <summary>Files that nobody else may open meanwhile; who may read them afterwards their folder says, as Windows does it.</summary>
internal static class PrivateFile
{
    /// <summary>A new file.</summary>
    public static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024);

    /// <summary>A file to read and write, which nobody else may open meanwhile; made when it is not there.</summary>
    public static FileStream OpenOrCreate(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 64 * 1024);

    /// <summary>A file of the temporary folder that nobody else can open, and that Windows deletes with its handle however this process ends.</summary>
    public static FileStream Temporary() => new(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
}
