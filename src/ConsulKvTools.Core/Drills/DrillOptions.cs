namespace ConsulKvTools.Drills;

/// <summary>What a drill does.</summary>
internal sealed record DrillOptions
{
    /// <summary>The kinds of fault, one at least.</summary>
    public required IReadOnlyList<ConsulFaultKind> Kinds { get; init; }

    /// <summary>The share of requests that meet a fault, 0 to 1. Only for requests.</summary>
    public double Rate { get; init; } = 0.2;

    /// <summary>How long a request is held back.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether reads meet faults.</summary>
    public bool Reads { get; init; } = true;

    /// <summary>Whether writes meet faults.</summary>
    public bool Writes { get; init; } = true;

    /// <summary>Which keys meet faults; null for all.</summary>
    public Func<string, bool>? IsKeyMeant { get; init; }

    /// <summary>Draws the faults.</summary>
    public required int Seed { get; init; }

    /// <summary>From the beginning of one fault of the cluster to that of the next.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause that counts as survived.</summary>
    public TimeSpan AcceptedPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True for a fault of a cluster of the drill's own.</summary>
    public static bool IsOfCluster(ConsulFaultKind kind) => kind >= ConsulFaultKind.LeaderKill;
}
