using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>The few socket operations whose form differs between the platforms.</summary>
internal static partial class SocketIo
{
    private const int KeepAliveSeconds = 30, KeepAliveInterval = 5, KeepAliveRetries = 3;

    /// <summary>
    /// No Nagle delay, and TCP keep-alive unless it is not wanted: a box on the way that silently forgets idle flows is noticed after 45 s instead of
    /// letting the next request hang.
    /// </summary>
    public static void Tune(Socket socket, bool keepAlive)
    {
        if (socket.ProtocolType != ProtocolType.Tcp) return;
        socket.NoDelay = true;
        if (keepAlive) SetKeepAlive(socket);
    }
}
