using System.Net.NetworkInformation;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>The TCP connections that the system knows of.</summary>
internal static class SocketTable
{
    /// <summary>limits.http_max_conns_per_client of an agent, unless it says otherwise.</summary>
    public const int UsualConnectionLimit = 200;

    /// <summary>So many open connections to one agent that it may refuse the next: some are counted before or after it did.</summary>
    public const int NearConnectionLimit = 180;

    /// <summary>The connections of a process' network; empty where the system does not show them.</summary>
    /// <param name="files">Where Linux shows them.</param>
    /// <param name="process">The process' number, or <c>self</c>. Other systems have but one network.</param>
    public static IReadOnlyList<TcpRow> Read(HostFiles files, string process)
    {
        var rows = ProcessReader.ReadTcp(files.Proc, process);
        return rows.Count == 0 && files == HostFiles.OfThisMachine && Path.DirectorySeparatorChar == '\\' ? OfOtherSystem() : rows;
    }

    private static TcpRow[] OfOtherSystem()
    {
        try
        {
            return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
                .Select(connection => new TcpRow(connection.LocalEndPoint, connection.RemoteEndPoint, connection.State, 0, 0, 0, 0)).ToArray();
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
