using ConsulKvTools.FaultRun.Faults;

namespace ConsulKvTools.FaultRun.Running;

/// <summary>What a run is to be.</summary>
internal sealed record FaultRunOptions
{
    /// <summary>Decides the faults and the clients' dice.</summary>
    public required int Seed { get; init; }

    /// <summary>How many faults.</summary>
    public int Faults { get; init; } = 60;

    /// <summary>The run goes on after the last fault until there were as many operations.</summary>
    public int Operations { get; init; } = 100_000;

    /// <summary>What is done; null is all that can be done here.</summary>
    public IReadOnlyList<FaultKind>? Kinds { get; init; }

    /// <summary>Of how many requests at the gates something is done, 0 to 1; null leaves that to the kind of fault.</summary>
    public double? Share { get; init; }

    /// <summary>How long an attempt may take for clients that come through a gate; the others have the product's own time.</summary>
    public TimeSpan Impatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>True sends all clients through the gates, false every other one.</summary>
    public bool GatesOnly { get; init; }

    /// <summary>Only these workloads, by name; null is all.</summary>
    public IReadOnlyList<string>? Workloads { get; init; }

    /// <summary>How long it is quiet before the last check, so that late attempts land.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How writes are done; null is the product's way.</summary>
    public WriteKey? Write { get; init; }

    /// <summary>Where the log goes while it is written; null keeps it for the report.</summary>
    public TextWriter? Echo { get; init; }
}
