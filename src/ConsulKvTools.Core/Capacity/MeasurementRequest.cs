namespace ConsulKvTools.Capacity;

/// <summary>What shall be measured, and what told of it.</summary>
internal sealed record MeasurementRequest
{
    /// <summary>The prefix; empty for the whole store.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The read mode.</summary>
    public ConsulConsistency Consistency { get; init; }

    /// <summary>So many keys, and prefixes of a level, 0 or more.</summary>
    public int Top { get; init; } = 10;

    /// <summary>So many levels of prefixes, 0 or more.</summary>
    public int Depth { get; init; } = 2;

    /// <summary>Stored bytes that must not be reached; null without such a limit.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Keys that must not be reached; null without such a limit.</summary>
    public long? LimitKeys { get; init; }

    /// <summary>The history's file; null without one.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>True adds a line to the history.</summary>
    public bool AddsToHistory { get; init; } = true;

    /// <summary>A measurement to compare with instead of the history's last; null for that.</summary>
    public ConsulKvMeasurement? Since { get; init; }
}
