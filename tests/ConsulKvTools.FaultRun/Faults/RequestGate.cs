using System.Net.Sockets;
using ConsulKvTools.Lab;

namespace ConsulKvTools.FaultRun.Faults;

/// <summary>
/// A relay in front of one agent that does faults to single HTTP requests, chosen by dice. A request that it holds back is sent on even when
/// the client has long gone: that is how late attempts come about.
/// </summary>
internal sealed class RequestGate : IDisposable
{
    private readonly ConsulAgent agent;
    private readonly LoopbackListener listener;
    private readonly Random random;
    private volatile GateFault? fault;
    private int held;
    private int touched;

    /// <summary>Opens a gate that passes everything.</summary>
    public RequestGate(ConsulAgent agent, int seed)
    {
        this.agent = agent;
        random = new Random(seed);
        listener = new LoopbackListener(null, ServeAsync);
    }

    /// <summary>Where clients connect.</summary>
    public string Address => $"http://{listener.EndPoint}";

    /// <summary>Requests that are held back now.</summary>
    public int Held => Volatile.Read(ref held);

    /// <summary>Requests to which something was done so far.</summary>
    public int Touched => Volatile.Read(ref touched);

    /// <summary>What is done from now on; null passes everything. What is held back stays so until its time has come.</summary>
    public GateFault? Fault { get => fault; set => fault = value; }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private async Task ServeAsync(ScriptedConnection client, CancellationToken cancellation)
    {
        using var upstream = await ConnectAsync(cancellation);
        var exchange = new Exchange(client, new NetworkStream(upstream));
        var answers = Task.Run(() => CarryAnswersAsync(exchange, cancellation), CancellationToken.None);
        var reader = new HttpRequestReader(client.Stream);
        try
        {
            while (await reader.ReadAsync(null, cancellation) is { } request)
            {
                var now = Choose();
                exchange.Fault = now;
                if (now?.Kind == FaultKind.RequestsCut)
                {
                    await client.EndAsync(reset: false);
                    return;
                }
                if (now?.Kind == FaultKind.RequestsHeld) await HoldAsync(now.Pause, cancellation);
                await exchange.Server.WriteAsync(request.Raw, cancellation);
            }
            upstream.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            // The agent may still be at a request whose client has gone: closing now could keep it from being read.
            await Task.WhenAny(answers, Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None));
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = agent.UnixSocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (agent.UnixSocketPath is { } path) await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            else await socket.ConnectAsync(agent.Address.Host, agent.Address.Port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private GateFault? Choose()
    {
        if (fault is not { } now) return null;
        lock (random)
            if (random.NextDouble() >= now.Share) return null;
        Interlocked.Increment(ref touched);
        return now;
    }

    private async Task HoldAsync(TimeSpan time, CancellationToken cancellation)
    {
        Interlocked.Increment(ref held);
        try
        {
            await Task.Delay(time, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref held);
        }
    }

    private static async Task CarryAnswersAsync(Exchange exchange, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await exchange.Server.ReadAsync(buffer, cancellation)) > 0)
            {
                switch (exchange.Fault)
                {
                    case { Kind: FaultKind.AnswersCut }:
                        await exchange.Client.EndAsync(reset: false);
                        return;
                    case { Kind: FaultKind.AnswersDropped }:
                        continue;
                    case { Kind: FaultKind.AnswersDelayed } slow:
                        // The answer, not each of its pieces: a long one would come for minutes after the fault is over.
                        exchange.Fault = null;
                        await Task.Delay(slow.Pause, cancellation);
                        break;
                }
                await exchange.Client.Stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
            await exchange.Client.EndAsync(reset: false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The agent broke off, or the client did not wait.
            await exchange.Client.EndAsync(reset: true);
        }
        catch (OperationCanceledException)
        {
            // The gate is closed.
        }
    }

    /// <summary>A connection of a client's with the agent's end of it, and what is done to the request under way.</summary>
    private sealed class Exchange(ScriptedConnection client, Stream server)
    {
        private volatile GateFault? fault;

        public ScriptedConnection Client => client;

        public Stream Server => server;

        public GateFault? Fault { get => fault; set => fault = value; }
    }
}
