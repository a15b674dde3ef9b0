using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>The agent that is written to, and all that has to end with it.</summary>
/// <param name="Agent">Whom to write to.</param>
/// <param name="Owner">What to dispose.</param>
internal sealed record WriteTarget(ConsulAgent Agent, IAsyncDisposable Owner) : IAsyncDisposable
{
    /// <summary>One fresh server.</summary>
    public static async Task<WriteTarget> ServerAsync(CancellationToken cancellation)
    {
        var agent = await BenchmarkRun.FreshServerAsync(cancellation).ConfigureAwait(false);
        return new WriteTarget(agent, agent);
    }

    /// <summary>A follower of three fresh servers.</summary>
    public static async Task<WriteTarget> FollowerAsync(CancellationToken cancellation)
    {
        var cluster = await BenchmarkRun.FreshClusterAsync(cancellation).ConfigureAwait(false);
        return new WriteTarget((await cluster.FollowersAsync(cancellation).ConfigureAwait(false))[0], cluster);
    }

    public ValueTask DisposeAsync() => Owner.DisposeAsync();
}
