using System.Globalization;
using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;
using ConsulKvTools.Logs;

namespace ConsulKvTools;

/// <summary>All lines of a log that are signs of one finding: how many, when, where.</summary>
public sealed record ConsulLogFinding : IReportPart
{
    /// <summary>The finding's code. <c>Log.Unrecognised</c> for warnings and errors that no rule knows.</summary>
    public required string Code { get; init; }

    /// <summary>What it is; of errors that name keys or addresses those of the sample.</summary>
    public required string Title { get; init; }

    /// <summary>How grave it is.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>Lines, or events such as changes of the leader.</summary>
    public required long Count { get; init; }

    /// <summary>The first of them; null when the log has no times.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last of them; null when the log has no times.</summary>
    public required DateTimeOffset? LastSeen { get; init; }

    /// <summary>The machines or agents they are of, as far as the log says.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The files, units or agents they were read from; the first twenty.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How many in each of 24 equal parts of the time that the search saw; empty when the log has no times.</summary>
    public required IReadOnlyList<long> Histogram { get; init; }

    /// <summary>When the first of these parts begins; null when there are none.</summary>
    public required DateTimeOffset? HistogramStart { get; init; }

    /// <summary>How long each part is; null when there are none.</summary>
    public required TimeSpan? HistogramStep { get; init; }

    /// <summary>The first of the lines, secrets masked; null for events that are made of several.</summary>
    public required string? Sample { get; init; }

    /// <summary>Where the sample stands: file and line, or unit, or agent.</summary>
    public required string? SampleSource { get; init; }

    /// <summary>Each of them where they are events: the first thousand, by time.</summary>
    public IReadOnlyList<ConsulLogEvent> Events { get; init; } = [];

    /// <summary>The finding itself: cause, remedy and evidence of the sample.</summary>
    public required ConsulFinding Finding { get; init; }

    SecretPrints IReportPart.Secrets => Secrets;

    ReportSection IReportPart.Section => LogSection.Of(this);

    /// <summary>What tells whether a report of it holds a secret of the session it came of.</summary>
    internal SecretPrints Secrets { get; init; } = SecretPrints.None;

    /// <inheritdoc/>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, "{0}: {1} ({2:N0})", Code, Title, Count);
}
