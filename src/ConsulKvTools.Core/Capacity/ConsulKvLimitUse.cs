namespace ConsulKvTools;

/// <summary>How much of a limit is used.</summary>
public sealed record ConsulKvLimitUse
{
    /// <summary>What is limited.</summary>
    public required ConsulKvLimit Limit { get; init; }

    /// <summary>How much is used: bytes, or a number of keys or operations (see <see cref="IsBytes"/>).</summary>
    public required long Used { get; init; }

    /// <summary>How much there may be; null where Consul sets no limit.</summary>
    public required long? Maximum { get; init; }

    /// <summary><see cref="Used"/> over <see cref="Maximum"/>: 1 is full, more does not fit. Null without a limit.</summary>
    public double? Share => Maximum is > 0 ? Used / (double)Maximum.Value : null;

    /// <summary>True when both are bytes.</summary>
    public required bool IsBytes { get; init; }

    /// <summary>The key or prefix that uses the most of it; null for the whole store and for a store without keys.</summary>
    public required string? Subject { get; init; }

    /// <summary>Where the limit is from: the agent's own settings, Consul's default, or a parameter.</summary>
    public required string Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Limit}: {Used} of {(Maximum is { } limit ? limit.ToString(System.Globalization.CultureInfo.InvariantCulture) : "no limit")}";
}
