namespace ConsulKvTools;

/// <summary>How often operations of a drill ended in one way.</summary>
public sealed record ConsulFaultDrillOutcome
{
    /// <summary><c>Write</c> or <c>Read</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>How they ended; a read that was answered is <see cref="ConsulKvOutcome.Unchanged"/>.</summary>
    public required ConsulKvOutcome Outcome { get; init; }

    /// <summary>The code of what they met in the end; null when they ended well.</summary>
    public string? Code { get; init; }

    /// <summary>How many they were.</summary>
    public required int Count { get; init; }

    /// <summary>Steps beyond the first, of all of them: attempts and questions.</summary>
    public int Retries { get; init; }

    /// <summary>The longest of them.</summary>
    public required TimeSpan Longest { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Amount.Of(Count, Operation.ToLowerInvariant())} {Outcome}{(Code is null ? "" : $" ({Code})")}, longest {DiagnosisText.Time(Longest)}";
}
