namespace ConsulKvTools;

/// <summary>How one check of an environment ended.</summary>
public sealed record ConsulEnvironmentResult
{
    /// <summary>What was expected, in words.</summary>
    public required string Name { get; init; }

    /// <summary>What it looked at.</summary>
    public required ConsulEnvironmentCheckKind Kind { get; init; }

    /// <summary>The agent's name in the description; null when it is about several or none.</summary>
    public string? Agent { get; init; }

    /// <summary>How it ended.</summary>
    public required ConsulEnvironmentCheckStatus Status { get; init; }

    /// <summary>The code of what is in the way; null unless it failed.</summary>
    public string? Code => Finding?.Code;

    /// <summary>Code, cause, remedy and command as text, or why it was skipped; null when it passed. Never holds a secret or a value.</summary>
    public string? Message { get; init; }

    /// <summary>What is in the way, with evidence; null unless it failed.</summary>
    public ConsulFinding? Finding { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Status}: {Name}";
}
