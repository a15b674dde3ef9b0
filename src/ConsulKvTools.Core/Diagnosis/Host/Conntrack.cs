using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>The firewall's table of connections. When it is full, packets of new connections are dropped without a word.</summary>
internal static class Conntrack
{
    private const double Nearly = 0.95;

    /// <summary>The finding; null when there is room, or no such table.</summary>
    public static ConsulFinding? Judge(ProcFolder proc)
    {
        const string Folder = "sys/net/netfilter/nf_conntrack_";
        return proc.Number(Folder + "count", "the firewall's table") is { } count && proc.Number(Folder + "max", "the firewall's table") is > 0 and var limit && count >= limit * Nearly
            ? ConsulFinding.Create("Host.ConntrackFull", ("count", count), ("limit", limit)) : null;
    }
}
