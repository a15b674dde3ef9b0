using System.Net;
using System.Net.NetworkInformation;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Load;

/// <summary>Counts the sockets a session has open, when nothing else in this process opens or closes any meanwhile.</summary>
/// <remarks>
/// On Linux from the process's own descriptors: a new one gets the lowest free number, so that reading the list while connections come
/// and go never counts more than were open at once. The kernel's list of connections has no such order: read while a hundred were
/// replaced it showed half as many again. What other tests left open is known by its name and not by its number: it may be closed
/// at any time, by the garbage collector for example.
/// </remarks>
internal sealed class AgentConnections
{
    private readonly ConsulAgent agent;
    private readonly HashSet<string> others;
    private int most;

    /// <summary>Begins to count: what is open now is not the session's.</summary>
    public AgentConnections(ConsulAgent agent)
    {
        this.agent = agent;
        others = [.. Sockets()];
    }

    /// <summary>Most that were seen at once while watched.</summary>
    public int Most => Volatile.Read(ref most);

    /// <summary>Those open now.</summary>
    public int Count() => Sockets().Count(socket => !others.Contains(socket));

    /// <summary>Looks again and again until it is told to stop.</summary>
    public Task WatchAsync(CancellationToken stop) => Task.Factory.StartNew(() =>
    {
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, Count());
            Thread.Sleep(2);
        }
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IEnumerable<string> Sockets()
    {
        if (!OperatingSystem.IsLinux())
            return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
                .Where(connection => connection.State == TcpState.Established && Equals(connection.RemoteEndPoint, new IPEndPoint(IPAddress.Parse(agent.BindAddress), agent.HttpAddress!.Port)))
                .Select(connection => connection.LocalEndPoint.ToString());
        return Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(SocketOf).OfType<string>();
    }

    private static string? SocketOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal) ? target : null;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return null;
        }
    }
}
