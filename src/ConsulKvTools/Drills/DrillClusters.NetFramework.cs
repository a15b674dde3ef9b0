using ConsulKvTools.Drills;

namespace ConsulKvTools.Commands;

/// <summary>Clusters to break.</summary>
internal static class DrillClusters
{
    /// <summary>What starts them needs .NET 8.</summary>
    /// <exception cref="ConsulException">Always.</exception>
    public static Task<IDrillCluster> StartAsync(IReadOnlyList<ConsulFaultKind> kinds, CancellationToken cancellation) =>
        throw ConsulException.From(ConsulFinding.Create("Drill.ClusterUnavailable", ("problem", "this is Windows PowerShell 5.1")));
}
