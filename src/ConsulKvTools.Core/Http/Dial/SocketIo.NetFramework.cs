using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConsulKvTools.Http;

internal static partial class SocketIo
{
    // .NET Framework cannot cancel a connect: closing the socket ends it.
    public static async Task ConnectAsync(Socket socket, EndPoint address, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using (cancellation.Register(socket.Dispose))
        {
            try
            {
                await Task.Factory.FromAsync(socket.BeginConnect, socket.EndConnect, address, null).ConfigureAwait(false);
            }
            catch (Exception failure) when (cancellation.IsCancellationRequested && failure is ObjectDisposedException or SocketException)
            {
                throw new OperationCanceledException(cancellation);
            }
        }
    }

    public static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        var answer = Dns.GetHostAddressesAsync(host);
        var given = new TaskCompletionSource<bool>();
        using (cancellation.Register(() => given.TrySetResult(true)))
        {
            if (await Task.WhenAny(answer, given.Task).ConfigureAwait(false) == answer) return await answer.ConfigureAwait(false);
        }
        throw new OperationCanceledException(cancellation);
    }

    public static EndPoint UnixAddress(string path) => new UnixPath(path);

    /// <summary>False: Windows lets nobody choose the segment size.</summary>
    public static bool CanLimitSegments => false;

    public static void LimitSegments(Socket socket, int bytes) => throw new PlatformNotSupportedException();

    private static void SetKeepAlive(Socket socket)
    {
        // struct tcp_keepalive: on/off, time and interval in milliseconds; Windows fixes the count itself.
        var values = new byte[12];
        BitConverter.GetBytes(1u).CopyTo(values, 0);
        BitConverter.GetBytes((uint)KeepAliveSeconds * 1000).CopyTo(values, 4);
        BitConverter.GetBytes((uint)KeepAliveInterval * 1000).CopyTo(values, 8);
        socket.IOControl(IOControlCode.KeepAliveValues, values, null);
        _ = KeepAliveRetries;
    }

    // .NET Framework has no UnixDomainSocketEndPoint; Windows 10 and later have the sockets.
    private sealed class UnixPath(string path) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Unix;

        public override SocketAddress Serialize()
        {
            var bytes = Encoding.UTF8.GetBytes(path);
            var address = new SocketAddress(AddressFamily.Unix, 2 + 108);
            for (var i = 0; i < Math.Min(bytes.Length, 107); i++) address[2 + i] = bytes[i];
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => this;

        public override string ToString() => path;
    }
}
