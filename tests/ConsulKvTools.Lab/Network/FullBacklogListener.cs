using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>
/// A port whose queue of waiting connections is full, so that the kernel drops every further SYN: connecting to it hangs as behind a
/// firewall that says nothing, without needing one. Linux only; elsewhere the connection may be refused.
/// </summary>
public sealed class FullBacklogListener : IDisposable
{
    private readonly PortBlock? _block;
    private readonly IPEndPoint _endPoint;
    private readonly Socket _listener;
    private readonly List<Socket> _fillers = [];

    /// <summary>Listens, and fills the queue.</summary>
    /// <param name="endPoint">Where; null is a free port of 127.0.0.1.</param>
    public FullBacklogListener(IPEndPoint? endPoint = null)
    {
        if (endPoint is null)
        {
            _block = PortBlock.Reserve();
            endPoint = new(IPAddress.Loopback, _block.First);
        }
        _endPoint = endPoint;
        _listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(endPoint);
        _listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
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
    public Uri Address => new($"http://{_endPoint}");

    /// <summary>The port that never answers a SYN.</summary>
    public int Port => _endPoint.Port;

    /// <summary>Frees the port.</summary>
    public void Dispose()
    {
        foreach (var filler in _fillers) filler.Dispose();
        _listener.Dispose();
        _block?.Dispose();
    }
}
