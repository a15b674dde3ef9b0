using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;
using ConsulKvTools.Drills;

namespace ConsulKvTools;

/// <summary>What a script block survived.</summary>
public sealed record ConsulFaultDrillReport : IReportPart
{
    /// <summary>The worst of its faults' verdicts; <see cref="ConsulFaultDrillVerdict.NotHit"/> when no fault met anything.</summary>
    public required ConsulFaultDrillVerdict Verdict { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <summary>The session that was drilled, or the cluster that was started.</summary>
    public required string Target { get; init; }

    /// <summary>True for a cluster of the drill's own.</summary>
    public required bool IsOwnCluster { get; init; }

    /// <summary>Give it as <c>-Seed</c> to draw the same faults again.</summary>
    public required int Seed { get; init; }

    /// <summary>When the first run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the first run's beginning to the last one's end; without what was made ready before and verified after.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Runs of the script block.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs that left an error behind.</summary>
    public required int FailedRuns { get; init; }

    /// <summary>The first errors of the script block, as it gave them.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>How many faults struck: requests, or faults of the cluster.</summary>
    public required int Injected { get; init; }

    /// <summary>The faults, in the order of their beginning.</summary>
    public required IReadOnlyList<ConsulFaultDrillFault> Faults { get; init; }

    /// <summary>How the operations of all runs ended.</summary>
    public required IReadOnlyList<ConsulFaultDrillOutcome> Outcomes { get; init; }

    /// <summary>Writes of all runs.</summary>
    public required int Writes { get; init; }

    /// <summary>Steps beyond the first of all operations.</summary>
    public required int Retries { get; init; }

    /// <summary>The longest time without an operation that ended well although one was under way.</summary>
    public required TimeSpan LongestPause { get; init; }

    /// <summary>Keys that were read after the drill and are as the writes' outcomes say.</summary>
    public required int Verified { get; init; }

    /// <summary>Keys of which that could not be said, each with the reason: somebody else wrote them, such as the script block by other means, or a write stayed unknown.</summary>
    public required IReadOnlyList<string> Unverified { get; init; }

    /// <summary>Keys that are not as the writes' outcomes say, which no other writer can explain; each with what is wrong, values are not shown.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>The rules by which the verdicts were given.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>What tells whether a text holds a secret of the session that was drilled.</summary>
    internal SecretPrints Secrets { get; init; } = SecretPrints.None;

    ReportSection IReportPart.Section => DrillSection.Of(this);

    SecretPrints IReportPart.Secrets => Secrets;

    /// <inheritdoc/>
    public override string ToString() => $"{Target}: {Verdict}";
}
