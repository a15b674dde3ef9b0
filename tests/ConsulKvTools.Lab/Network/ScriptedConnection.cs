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
    public void End(bool reset)
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
                socket.ReceiveTimeout = 200;
                var rest = new byte[4096];
                while (socket.Receive(rest) > 0) { }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client was quicker.
        }
        socket.Close();
    }

    public void Dispose()
    {
        Stream.Dispose();
        socket.Dispose();
    }
}
