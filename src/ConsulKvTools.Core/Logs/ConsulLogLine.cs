namespace ConsulKvTools;

/// <summary>A line of a log, taken apart; secrets are masked.</summary>
public sealed record ConsulLogLine
{
    /// <summary>When it was written; null when neither it nor a line before it says so.</summary>
    public required DateTimeOffset? Time { get; init; }

    /// <summary>What had to be assumed of the time: its zone or its year; null when nothing.</summary>
    public string? TimeNote { get; init; }

    /// <summary>How grave its writer found it.</summary>
    public required ConsulLogLevel Level { get; init; }

    /// <summary>The machine or agent it is of; null when it does not say.</summary>
    public string? Node { get; init; }

    /// <summary>The part of Consul that wrote it, such as <c>agent.server.raft</c>; null when it does not say.</summary>
    public string? Module { get; init; }

    /// <summary>What it says.</summary>
    public required string Message { get; init; }

    /// <summary>The code of the finding that it is a sign of; null when no rule knows it.</summary>
    public string? Code { get; init; }

    /// <summary>The file, unit or agent it was read from.</summary>
    public required string Source { get; init; }

    /// <summary>Its number in the file, from 1 on; null where lines have none.</summary>
    public long? Line { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
