namespace ConsulKvTools;

/// <summary>One fault of a drill and what was under way meanwhile. Faults of single requests are one of these for each kind.</summary>
public sealed record ConsulFaultDrillFault
{
    /// <summary>What was done.</summary>
    public required ConsulFaultKind Kind { get; init; }

    /// <summary>Whom it was done to: a server's name; null for requests.</summary>
    public string? Target { get; init; }

    /// <summary>From the beginning of the drill to its beginning, or to the first request it struck.</summary>
    public required TimeSpan StartedAfter { get; init; }

    /// <summary>How long it lasted, or from the first request it struck to the last.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many requests it struck; 1 for a fault of the cluster.</summary>
    public required int Count { get; init; }

    /// <summary>Operations that were under way while it lasted.</summary>
    public required int Operations { get; init; }

    /// <summary>Of these, how many ended as they were meant to.</summary>
    public required int Succeeded { get; init; }

    /// <summary>Of these, how many certainly did nothing: failed, denied or in conflict.</summary>
    public required int Failed { get; init; }

    /// <summary>Of these, how many could not be found out.</summary>
    public required int Unknown { get; init; }

    /// <summary>The codes of those that did not end well.</summary>
    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>Steps beyond the first of those operations.</summary>
    public required int Retries { get; init; }

    /// <summary>The longest time without an operation that ended well although one was under way.</summary>
    public required TimeSpan LongestPause { get; init; }

    /// <summary>From its beginning to the end of the first operation that was begun after that and ended well; null when none did.</summary>
    public TimeSpan? RecoveredAfter { get; init; }

    /// <summary>What the drill says of it.</summary>
    public required ConsulFaultDrillVerdict Verdict { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}{(Target is null ? "" : $" of {Target}")}{(Count > 1 ? $", {Count} times" : "")}: {Verdict}, {Reason}";
}
