namespace ConsulKvTools;

/// <summary>A line of a history file that could not be used. It stays in the file.</summary>
public sealed record ConsulKvHistoryProblem
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The line's number, from 1 on.</summary>
    public required int Line { get; init; }

    /// <summary>What is wrong with it.</summary>
    public required string Problem { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path}, line {Line}: {Problem}";
}
