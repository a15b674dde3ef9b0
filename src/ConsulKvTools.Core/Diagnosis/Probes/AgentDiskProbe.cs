using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Transport;

namespace ConsulKvTools.Diagnosis.Probes;

/// <summary>Whether the volume of Consul's data has room, where the agent is a server on this machine.</summary>
internal sealed class AgentDiskProbe : IProbe
{
    // Raft's log grows by whole pages, and a snapshot needs as much again as the store: below this the end is near.
    private const long Nearly = 100L * 1024 * 1024;
    private const long Nothing = 64 * 1024;
    private const long NearlyInodes = 100;

    public string Name => "AgentDisk";

    public ConsulLayer Layer => ConsulLayer.Host;

    public ConsulLayer? Needs => ConsulLayer.Agent;

    public Task<ProbeResult> RunAsync(ProbeContext context, CancellationToken cancellation) => Task.FromResult(Look(context) with { Blocks = false });

    private static ProbeResult Look(ProbeContext context)
    {
        if (context.Facts.Find<AgentFacts>() is not { } agent) return ProbeResults.Skipped("the agent does not say where its data is");
        if (agent.DataFolder is not { Length: > 0 } folder) return ProbeResults.Skipped("the agent keeps no data on a disk, or does not say where");
        if (agent.IsServer != true) return ProbeResults.Skipped("only servers keep the store, and this is a client agent");
        if (!IsHere(context)) return ProbeResults.Skipped("the agent is on another machine");
        if (!IsItsFolder(folder, agent.NodeId)) return ProbeResults.Skipped($"the agent's {Printable.Text(folder, 120)} is not the folder of that name here");
        if (Volume.Of(folder) is not { } volume) return ProbeResults.Skipped($"this user may not look at {Printable.Text(folder, 120)}");
        (string, object?)[] facts = [("DataFolder", folder), ("DataFolderFree", volume.FreeBytes), ("DataFolderSize", volume.TotalBytes), ("DataFolderFreeInodes", volume.FreeInodes)];
        var finding = Judge(volume, Printable.Text(folder, 200));
        return finding is null
            ? ProbeResults.From($"{ByteText.Of(volume.FreeBytes)} free for Consul's data in {Printable.Text(folder, 120)}", [], facts)
            : ProbeResults.From(finding.Title, [finding], facts);
    }

    private static ConsulFinding? Judge(Volume volume, string folder)
    {
        (string, object?)[] evidence =
        [
            ("file", folder), ("value", ByteText.Of(volume.FreeBytes)), ("limit", ByteText.Of(volume.TotalBytes)), ("bytes", volume.FreeBytes), ("count", volume.FreeInodes),
        ];
        if (volume.IsReadOnly == true) return ConsulFinding.Create("Host.ReadOnlyFileSystem", evidence);
        if (volume.FreeBytes < Nothing) return ConsulFinding.Create("Host.DiskFull", evidence);
        if (volume.FreeInodes == 0) return ConsulFinding.Create("Host.DiskInodesExhausted", evidence);
        if (volume.FreeBytes < Nearly) return ConsulFinding.Create("Host.DiskNearlyFull", evidence);
        return volume.FreeInodes < NearlyInodes ? ConsulFinding.Create("Host.DiskInodesExhausted", evidence) with { Severity = FindingSeverity.Warning } : null;
    }

    private static bool IsHere(ProbeContext context)
    {
        var endpoint = context.Session.Target.Endpoint;
        if (endpoint.SocketPath is not null || endpoint.IsLoopback) return true;
        return context.Facts.Find<ResolvedAddresses>()?.Addresses is { Count: > 0 } addresses && addresses.All(OwnAddresses.Include);
    }

    // Behind loopback there may be a container or a tunnel: the agent's folder holds the agent's id.
    private static bool IsItsFolder(string folder, string? nodeId)
    {
        try
        {
            if (!Directory.Exists(folder)) return false;
            var file = Path.Combine(folder, "node-id");
            return nodeId is not null && File.Exists(file) && File.ReadAllText(file).Trim() == nodeId;
        }
        catch (UnauthorizedAccessException)
        {
            // It is there and closed to others, as Consul makes it.
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
