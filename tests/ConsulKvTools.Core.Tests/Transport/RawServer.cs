using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Tests.Transport;

/// <summary>A TCP server on loopback whose every connection is played by a few lines of the test.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly CancellationTokenSource end = new();
    private int accepted;

    public RawServer(Func<Stream, Socket, Task> play, IPAddress? address = null, int port = 0)
    {
        address ??= IPAddress.Loopback;
        listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(64);
        _ = AcceptAsync(play);
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public int Accepted => accepted;

    /// <summary>Waits for the client's first bytes.</summary>
    public static async Task HearAsync(Stream stream) => _ = await stream.ReadAsync(new byte[16 * 1024]);

    /// <summary>Closes with RST.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public ValueTask DisposeAsync()
    {
        end.Cancel();
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(Func<Stream, Socket, Task> play)
    {
        try
        {
            while (true) _ = PlayAsync(await listener.AcceptAsync(end.Token), play);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task PlayAsync(Socket socket, Func<Stream, Socket, Task> play)
    {
        Interlocked.Increment(ref accepted);
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var ending = end.Token.Register(socket.Dispose);
        try
        {
            await play(stream, socket);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The client hung up, or did not like what it was sent.
        }
    }
}
