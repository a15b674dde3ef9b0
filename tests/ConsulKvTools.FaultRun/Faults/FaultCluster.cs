using ConsulKvTools.Lab;

namespace ConsulKvTools.FaultRun.Faults;

/// <summary>Three servers and a client agent, each with a gate in front, in a network of their own where the machine allows that.</summary>
internal sealed class FaultCluster : IAsyncDisposable
{
    private FaultCluster(ConsulCluster cluster, NetworkNamespace? network, int seed)
    {
        (Cluster, Network) = (cluster, network);
        Gates = cluster.Agents.Select((agent, number) => new RequestGate(agent, seed + number)).ToList();
    }

    /// <summary>The agents.</summary>
    public ConsulCluster Cluster { get; }

    /// <summary>Their network; null without one.</summary>
    public NetworkNamespace? Network { get; }

    /// <summary>A gate for each agent, in their order.</summary>
    public IReadOnlyList<RequestGate> Gates { get; }

    /// <summary>Why the network cannot be cut here; null when it can.</summary>
    public static string? WhyNoCut => NetworkNamespace.WhyNoCut;

    /// <summary>What can be done here.</summary>
    public static IReadOnlyList<FaultKind> Kinds { get; } = Enum.GetValues<FaultKind>()
        .Where(kind => WhyNoCut is null || kind is not (FaultKind.LeaderCutOff or FaultKind.FollowerCutOff)).ToList();

    /// <summary>Starts all of it; well when it returns.</summary>
    public static async Task<FaultCluster> StartAsync(int seed)
    {
        var network = WhyNoCut is null ? new NetworkNamespace() : null;
        try
        {
            // On a busy machine elections may fail again and again for a while.
            var agent = new ConsulAgentOptions { StartTimeout = TimeSpan.FromMinutes(3) };
            if (network is not null) agent = agent with { CommandPrefix = network.CommandPrefix, UnixSocket = true, DisableHttp = true };
            return new FaultCluster(await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Clients = 1, Agent = agent }), network, seed);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var gate in Gates) gate.Dispose();
        await Cluster.DisposeAsync();
        Network?.Dispose();
    }
}
