using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>One accepted connection: its socket, and the stream to speak through, which may be TLS.</summary>
internal sealed class ScriptedConnection(Socket socket, int number) : IDisposable
{
    public Socket Socket => socket;

    public int Number => number;

    public Stream Stream { get; set; } = new NetworkStream(socket, ownsSocket: false);

    public string Client { get; } = socket.RemoteEndPoint?.ToString() ?? "";

    /// <summary>Closes in an orderly way (FIN) or not (RST).</summary>
    public async Task EndAsync(bool reset)
    {
        try
        {
            if (reset)
            {
                socket.LingerState = new(true, 0);
            }
            else
            {
                // Closing with unread bytes in the buffer would send RST, so say FIN first and take what is still coming.
                socket.Shutdown(SocketShutdown.Send);
                using var enough = new CancellationTokenSource(200);
                var rest = new byte[4096];
                while (await socket.ReceiveAsync(rest.AsMemory(), SocketFlags.None, enough.Token).ConfigureAwait(false) > 0) { }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client was quicker, or keeps its side open.
        }
        socket.Close();
    }

    public void Dispose()
    {
        Stream.Dispose();
        socket.Dispose();
    }
}
