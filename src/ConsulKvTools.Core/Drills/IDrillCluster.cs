namespace ConsulKvTools.Drills;

/// <summary>A cluster that was started for a drill and is nobody else's.</summary>
internal interface IDrillCluster : IDisposable
{
    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>The address of the agent that is talked to.</summary>
    string Address { get; }

    /// <summary>Begins a fault.</summary>
    /// <returns>Whom it was done to, and what ends it; the cluster is not yet well when that has run.</returns>
    Task<(string Target, Func<Task> End)> BreakAsync(ConsulFaultKind kind, CancellationToken cancellation);

    /// <summary>Waits until every agent runs and there is a leader.</summary>
    Task HealAsync(CancellationToken cancellation);
}
