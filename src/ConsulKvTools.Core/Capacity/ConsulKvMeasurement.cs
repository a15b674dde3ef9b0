using ConsulKvTools.Capacity;
using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools;

/// <summary>How large a store is, what makes it so, and what of its limits is used.</summary>
public sealed record ConsulKvMeasurement : IReportPart
{
    /// <summary>The agent's address.</summary>
    public required string Target { get; init; }

    /// <summary>The datacenter that was asked for; null for the agent's own.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The namespace (Consul Enterprise); null for the token's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>The admin partition (Consul Enterprise); null for the agent's own.</summary>
    public string? Partition { get; init; }

    /// <summary>What was measured; empty for the whole store.</summary>
    public required string Prefix { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The read mode.</summary>
    public required ConsulConsistency Consistency { get; init; }

    /// <summary>The session's name.</summary>
    public required string? Session { get; init; }

    /// <summary>The keys.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of their values.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of their names, as UTF-8.</summary>
    public required long KeyBytes { get; init; }

    /// <summary>
    /// Bytes they take in a snapshot, before it is compressed: values, names, and 66 bytes or more an entry for what Consul keeps with each. Servers
    /// hold them in memory, where an entry takes a few hundred bytes more.
    /// </summary>
    public required long StoredBytes { get; init; }

    /// <summary>
    /// True when rules hid keys, or may have: then all of it is about those that were seen. Agents before 1.11 do not say that they left keys out; there it is
    /// false only for a token that may write all that was measured, or without ACLs.
    /// </summary>
    public required bool IsPartial { get; init; }

    /// <summary>The index of the last change; 0 when there is none.</summary>
    public required ulong Index { get; init; }

    /// <summary>The median of the values' sizes lies in this class; null without keys.</summary>
    public ConsulKvSizeClass? MedianClass => SizeClasses.Where((_, index) => SizeClasses.Take(index + 1).Sum(size => size.Keys) * 2 >= Keys).FirstOrDefault();

    /// <summary>How many values are of which size, by powers of two, from the smallest to the largest that is there.</summary>
    public required IReadOnlyList<ConsulKvSizeClass> SizeClasses { get; init; }

    /// <summary>The keys with the largest values, largest first.</summary>
    public required IReadOnlyList<ConsulKvKeySize> LargestKeys { get; init; }

    /// <summary>The largest prefixes of each level, level by level, largest first.</summary>
    public required IReadOnlyList<ConsulKvPrefixSize> Prefixes { get; init; }

    /// <summary>The prefixes that lie deepest, deepest first.</summary>
    public required IReadOnlyList<ConsulKvPrefixSize> DeepestPrefixes { get; init; }

    /// <summary>Each limit and how much of it is used.</summary>
    public required IReadOnlyList<ConsulKvLimitUse> Limits { get; init; }

    /// <summary>
    /// What changed since the measurement before; null when there is none that can be compared. That is so, too, when the indexes went back or contradict the
    /// number of keys: the store was restored or is another one, or Consul forgot removals, as it does after a quarter of an hour.
    /// </summary>
    public ConsulKvChurn? Churn { get; init; }

    /// <summary>When limits will be reached; empty without a history.</summary>
    public IReadOnlyList<ConsulKvForecast> Forecasts { get; init; } = [];

    /// <summary>The measurements of this store in the history, this one last; empty without a history.</summary>
    public IReadOnlyList<ConsulKvMeasurePoint> History { get; init; } = [];

    /// <summary>Lines of the history that could not be used.</summary>
    public IReadOnlyList<ConsulKvHistoryProblem> HistoryProblems { get; init; } = [];

    SecretPrints IReportPart.Secrets => Secrets;

    ReportSection IReportPart.Section => MeasurementSection.Of(this);

    /// <summary>What tells whether a report of it holds a secret of its session.</summary>
    internal SecretPrints Secrets { get; init; } = SecretPrints.None;

    /// <inheritdoc/>
    public override string ToString() => $"{Target} '{Prefix}': {Amount.Of(Keys, "key")}, {Diagnosis.Host.ByteText.Of(StoredBytes)}";
}
