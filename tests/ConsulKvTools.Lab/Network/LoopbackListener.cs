using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>Accepts connections on a reserved loopback port and hands each to a handler; can stop listening and begin again on the same port.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly Func<ScriptedConnection, CancellationToken, Task> _handle;
    private readonly PortBlock _block;
    private readonly IPEndPoint _endPoint;
    private readonly ConcurrentDictionary<int, ScriptedConnection> _open = new();
    private readonly CancellationTokenSource _end = new();
    private Socket? _listener;
    private int _accepted;

    public LoopbackListener(IPAddress? address, Func<ScriptedConnection, CancellationToken, Task> handle)
    {
        address ??= IPAddress.Loopback;
        _handle = handle;
        _block = PortBlock.Reserve(address);
        _endPoint = new(address, _block.First);
        Listen();
    }

    public IPEndPoint EndPoint => _endPoint;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _open.Count;

    /// <summary>Begins to listen; nothing happens when it already does.</summary>
    public void Listen()
    {
        if (_listener is not null) return;
        var listener = new Socket(_endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(_endPoint);
            listener.Listen(512);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    /// <summary>Stops listening: new connections are refused. Those that exist stay.</summary>
    public void StopListening() => Interlocked.Exchange(ref _listener, null)?.Dispose();

    /// <summary>Ends all connections.</summary>
    public void Drop(bool reset) => Blocking.Wait(() => Task.WhenAll(_open.Values.Select(connection => connection.EndAsync(reset))));

    public void Dispose()
    {
        StopListening();
        _end.Cancel();
        foreach (var connection in _open.Values) connection.Dispose();
        _block.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_end.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            socket.NoDelay = true;
            var connection = new ScriptedConnection(socket, Interlocked.Increment(ref _accepted));
            _open[connection.Number] = connection;
            _ = Task.Run(() => ServeAsync(connection));
        }
    }

    private async Task ServeAsync(ScriptedConnection connection)
    {
        try
        {
            await _handle(connection, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException or FormatException)
        {
            // The client went away, spoke nonsense, or the server is being disposed of.
        }
        finally
        {
            _open.TryRemove(connection.Number, out _);
            connection.Dispose();
        }
    }
}
