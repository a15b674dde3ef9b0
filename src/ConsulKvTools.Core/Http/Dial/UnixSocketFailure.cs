using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>Why a unix socket cannot be connected to. .NET reports a missing file as "address not available", so the file is looked at.</summary>
internal static class UnixSocketFailure
{
    public static string CodeOf(string path, SocketError error) => error switch
    {
        SocketError.AccessDenied => "Config.UnixSocketPermission",
        // The same is answered for what is no socket at all, and that nobody may be told to remove.
        _ when Directory.Exists(path) || new FileInfo(path) is { Exists: true, Length: > 0 } => "Config.UnixSocketNoSocket",
        SocketError.ConnectionRefused => "Config.UnixSocketStale",
        // Not allowed to look into the folder: neither may the socket be used.
        _ when !File.Exists(path) => CanLookInto(path) ? "Config.UnixSocketMissing" : "Config.UnixSocketPermission",
        _ => "Config.UnixSocketStale",
    };

    private static bool CanLookInto(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            if (folder is not null && Directory.Exists(folder)) _ = Directory.EnumerateFileSystemEntries(folder).Any();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
