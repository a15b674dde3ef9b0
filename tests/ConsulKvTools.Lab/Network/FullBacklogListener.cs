using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>
/// A port whose queue of waiting connections is full, so that the kernel drops every further SYN: connecting to it hangs as behind a
/// firewall that says nothing, without needing one. Linux only; elsewhere the connection may be refused.
/// </summary>
public sealed class FullBacklogListener : IDisposable
{
    private readonly PortBlock _block = PortBlock.Reserve();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    /// <summary>Listens, and fills the queue.</summary>
    public FullBacklogListener()
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, _block.First);
        _listener.Bind(endPoint);
        _listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _fillers.Add(filler);
            try
            {
                filler.Connect(endPoint);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
            }
        }
    }

    /// <summary>The address that never answers a SYN.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The port that never answers a SYN.</summary>
    public int Port => _block.First;

    /// <summary>Frees the port.</summary>
    public void Dispose()
    {
        foreach (var filler in _fillers) filler.Dispose();
        _listener.Dispose();
        _block.Dispose();
    }
}
