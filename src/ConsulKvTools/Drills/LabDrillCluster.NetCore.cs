using ConsulKvTools.Drills;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Commands;

/// <summary>A cluster of the lab that a drill breaks. All its processes are children that end with it, and with this process at the latest.</summary>
internal sealed class LabDrillCluster : IDrillCluster
{
    private readonly ConsulCluster cluster;
    private readonly NetworkNamespace? network;

    private LabDrillCluster(ConsulCluster cluster, NetworkNamespace? network) => (this.cluster, this.network) = (cluster, network);

    /// <inheritdoc/>
    public string Description => $"a cluster of its own: {cluster.Servers.Count} servers, Consul {cluster.Servers[0].Version}";

    /// <inheritdoc/>
    public string Address => cluster.Clients[0].Address.OriginalString;

    /// <summary>Starts it; well when it returns.</summary>
    /// <param name="executable">The consul executable.</param>
    /// <param name="cuts">True puts it into a network of its own, which can be cut.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<LabDrillCluster> StartAsync(string executable, bool cuts, CancellationToken cancellation)
    {
        if (cuts && NetworkNamespace.WhyNoCut is { } reason) throw new PlatformNotSupportedException(reason);
        var network = cuts ? new NetworkNamespace() : null;
        try
        {
            var agent = new ConsulAgentOptions { Executable = executable, StartTimeout = TimeSpan.FromMinutes(1) };
            if (network is not null) agent = agent with { CommandPrefix = network.CommandPrefix, UnixSocket = true, DisableHttp = true };
            return new LabDrillCluster(await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Clients = 1, Agent = agent }, cancellation).ConfigureAwait(false), network);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<(string Target, Func<Task> End)> BreakAsync(ConsulFaultKind kind, CancellationToken cancellation)
    {
        var victim = kind == ConsulFaultKind.Restart ? cluster.Clients[0] : await cluster.LeaderAsync(null, cancellation).ConfigureAwait(false);
        switch (kind)
        {
            case ConsulFaultKind.LeaderKill:
                victim.Kill();
                break;
            case ConsulFaultKind.Freeze:
                victim.Freeze();
                break;
            case ConsulFaultKind.Partition:
                foreach (var other in cluster.Servers.Where(server => server != victim)) network!.Cut(victim.BindAddress, other.BindAddress);
                return (victim.NodeName, () => Task.Run(() => { network!.Mend(); }));
            case ConsulFaultKind.Restart:
                await victim.StopAsync(cancellation).ConfigureAwait(false);
                break;
        }
        // What is down or frozen is started or thawed when the cluster is made well.
        return (victim.NodeName, () => Task.CompletedTask);
    }

    /// <inheritdoc/>
    public Task HealAsync(CancellationToken cancellation) => cluster.HealAsync(cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        cluster.Dispose();
        network?.Dispose();
    }
}
