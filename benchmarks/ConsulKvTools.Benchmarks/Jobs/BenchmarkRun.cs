using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Product;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>What all jobs of one run share.</summary>
/// <param name="Product">What is measured.</param>
/// <param name="Rounds">Rounds that count.</param>
/// <param name="Quick">True measures a tenth, to see that all works.</param>
/// <param name="Say">Progress for a person.</param>
internal sealed record BenchmarkRun(ProductBuild Product, int Rounds, bool Quick, Action<string> Say)
{
    /// <summary>How many of something: the full number, or less in the quick form.</summary>
    public int Many(int full, int quick) => Quick ? quick : full;

    /// <summary>
    /// A server with data of its own on disk and keys in it already. Consul 1.8's store gets slower as it fills, so whoever writes gets a
    /// new one each time.
    /// </summary>
    public static async Task<ConsulAgent> FreshServerAsync(CancellationToken cancellation)
    {
        var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { LogLevel = "warn" }, cancellation).ConfigureAwait(false);
        try
        {
            await SeedAsync(agent, cancellation).ConfigureAwait(false);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Three such servers.</summary>
    public static async Task<ConsulCluster> FreshClusterAsync(CancellationToken cancellation)
    {
        var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Agent = new ConsulAgentOptions { LogLevel = "warn" } }, cancellation).ConfigureAwait(false);
        try
        {
            await SeedAsync(await cluster.LeaderAsync(cancellationToken: cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Throws unless the server has as many keys below the prefix as were written.</summary>
    public static async Task CheckAsync(ConsulAgent agent, string prefix, int expected, CancellationToken cancellation)
    {
        using var http = new PlainHttp(agent.Address);
        var found = await http.CountAsync(prefix, cancellation).ConfigureAwait(false);
        if (found != expected) throw new InvalidOperationException($"The server has {found} keys below {prefix}, not {expected}.");
    }

    private static async Task SeedAsync(ConsulAgent agent, CancellationToken cancellation)
    {
        using var http = new PlainHttp(agent.Address);
        await http.TransactAllAsync(KeySet.Make("seed/", 10_000), 4, cancellation).ConfigureAwait(false);
    }
}
