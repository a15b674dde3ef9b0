namespace ConsulKvTools;

/// <summary>One thing that happened at a time, such as a change of the leader.</summary>
public sealed record ConsulLogEvent
{
    /// <summary>When; null when the log has no times.</summary>
    public required DateTimeOffset? Time { get; init; }

    /// <summary>Where; null when the log does not say.</summary>
    public required string? Node { get; init; }

    /// <summary>What happened, in a sentence without its full stop.</summary>
    public required string Text { get; init; }

    /// <summary>How long it took; null where that is no question or not known.</summary>
    public TimeSpan? Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(Time is { } known ? known.ToString("yyyy-MM-dd HH:mm:ss.fff zzz", System.Globalization.CultureInfo.InvariantCulture) + ": " : "")}{Text}";
}
