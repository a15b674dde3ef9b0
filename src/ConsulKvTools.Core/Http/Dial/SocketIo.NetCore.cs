using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Http;

internal static partial class SocketIo
{
    public static ValueTask ConnectAsync(Socket socket, EndPoint address, CancellationToken cancellation) =>
        socket.ConnectAsync(address, cancellation);

    public static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        var answer = Dns.GetHostAddressesAsync(host, cancellation);
        try
        {
            // On Unix the system's resolver cannot be interrupted and takes its own time; only the wait for it can end.
            return await answer.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = answer.ContinueWith(late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    public static EndPoint UnixAddress(string path) => new UnixDomainSocketEndPoint(path);

    /// <summary>Whether this system lets a program choose the size of its segments.</summary>
    public static bool CanLimitSegments => OperatingSystem.IsLinux();

    /// <summary>Has both ends send small segments only. Must be called before connecting, and only where <see cref="CanLimitSegments"/>.</summary>
    // IPPROTO_TCP, TCP_MAXSEG
    public static void LimitSegments(Socket socket, int bytes) => socket.SetRawSocketOption(6, 2, BitConverter.GetBytes(bytes));

    private static void SetKeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
    }
}
