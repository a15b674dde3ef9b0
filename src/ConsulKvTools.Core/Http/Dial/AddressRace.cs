using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Http;

/// <summary>
/// Connects to whichever of a host's addresses answers first (after RFC 8305): the next one starts when the one before has failed or
/// has had 250 ms. .NET itself tries them one after the other, so that one dead address costs every connection seconds.
/// </summary>
internal static class AddressRace
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    /// <summary>A connected socket; null when every address failed. How each fared is in the trace.</summary>
    /// <exception cref="OperationCanceledException">The time was up or the caller gave up; attempts under way are in the trace too.</exception>
    public static async Task<Socket?> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, int? segmentLimit, DialTrace trace, CancellationToken cancellation)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<(Socket? Socket, AddressAttempt Attempt)>>(addresses.Count);
        var next = 0;
        Socket? winner = null;
        while (winner is null)
        {
            if (next < addresses.Count && !cancellation.IsCancellationRequested)
                running.Add(AttemptAsync(new IPEndPoint(addresses[next++], port), losers.Token, segmentLimit));
            if (running.Count == 0) break;
            var ended = await FirstOf(running, next < addresses.Count, losers.Token).ConfigureAwait(false);
            // None ended within the head start: the next one joins.
            if (ended is null) continue;
            running.Remove(ended);
            (winner, var attempt) = await ended.ConfigureAwait(false);
            trace.Attempts.Add(attempt);
        }
        if (running.Count > 0)
        {
            losers.Cancel();
            foreach (var loser in running) _ = CloseAsync(loser);
        }
        if (winner is null) cancellation.ThrowIfCancellationRequested();
        return winner;
    }

    /// <summary>Connects to one address; never throws. A cancelled attempt counts as timed out.</summary>
    public static async Task<(Socket? Socket, AddressAttempt Attempt)> AttemptAsync(
        IPEndPoint address, CancellationToken cancellation, int? segmentLimit = null)
    {
        // A socket of .NET's for IPv6 does not reach an IPv4 address in IPv6 spelling; other clients' sockets do.
        if (address.Address.IsIPv4MappedToIPv6) address = new IPEndPoint(address.Address.MapToIPv4(), address.Port);
        var clock = Stopwatch.StartNew();
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (segmentLimit is { } bytes) SocketIo.LimitSegments(socket, bytes);
            await SocketIo.ConnectAsync(socket, address, cancellation).ConfigureAwait(false);
            return (socket, new AddressAttempt(address, clock.Elapsed, null));
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            return (null, new AddressAttempt(address, clock.Elapsed, failure.SocketErrorCode));
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            socket?.Dispose();
            return (null, new AddressAttempt(address, clock.Elapsed, SocketError.TimedOut));
        }
    }

    private static async Task<Task<T>?> FirstOf<T>(List<Task<T>> running, bool othersWait, CancellationToken cancellation)
    {
        if (!othersWait) return running.Count == 1 && running[0].IsCompleted ? running[0] : await Task.WhenAny(running).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pause = Task.Delay(HeadStart, stop.Token);
        var first = await Task.WhenAny(Task.WhenAny(running), pause).ConfigureAwait(false);
        stop.Cancel();
        return first == pause ? null : await ((Task<Task<T>>)first).ConfigureAwait(false);
    }

    private static async Task CloseAsync(Task<(Socket? Socket, AddressAttempt Attempt)> loser) =>
        (await loser.ConfigureAwait(false)).Socket?.Dispose();
}
