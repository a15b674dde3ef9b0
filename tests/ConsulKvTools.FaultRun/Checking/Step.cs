namespace ConsulKvTools.FaultRun.Checking;

/// <summary>
/// One thing that happened to a key, or may have happened, at one moment between two times. A step without an end (its outcome is not
/// known, or it is an attempt that may still land) may happen at any later time or never.
/// </summary>
internal sealed record Step
{
    /// <summary>The end of a step that may happen at any later time or never.</summary>
    public const long Open = long.MaxValue;

    /// <summary>What it does or claims.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The value written or read; null for a read that found no key.</summary>
    public string? Value { get; init; }

    /// <summary>The index that is checked; 0 stands for no key.</summary>
    public ulong Check { get; init; }

    /// <summary>The key's index at that moment as it was told; null when it was not.</summary>
    public ulong? Index { get; init; }

    /// <summary>Not before this time, in ticks of the run's clock.</summary>
    public required long Begin { get; init; }

    /// <summary>Not after this time; <see cref="Open"/> without an end.</summary>
    public required long End { get; init; }

    /// <summary>The greatest index that anybody had seen at <see cref="Begin"/>: an index it makes is greater.</summary>
    public ulong Floor { get; init; }

    /// <summary>Who did it, for people.</summary>
    public string Who { get; init; } = "";

    /// <summary>False for a step that may also never happen.</summary>
    public bool MustHappen => End != Open;

    /// <summary>It changes nothing, so a history without it is no harder to explain.</summary>
    public bool IsObservation => Kind is StepKind.Read or StepKind.CheckRefused or StepKind.DeleteRefused or StepKind.IndexSeen;

    /// <summary>The key after this step; null when the step cannot happen to it.</summary>
    public KeyState? On(KeyState key) => Kind switch
    {
        StepKind.Read when key.Value != Value => null,
        StepKind.Read => Index is { } seen && Value is not null ? key.At(seen) : key,
        StepKind.Put => key.Store(Value!, Floor, Index),
        StepKind.CheckAndSet when Check == 0 => key.Value is null ? key.Store(Value!, Floor, Index) : null,
        StepKind.CheckAndSet => key.At(Check)?.Store(Value!, Floor, Index),
        StepKind.CheckRefused when Check == 0 => key.Value is null ? null : key,
        StepKind.CheckRefused => key.NotAt(Check),
        StepKind.Delete => key.Remove(Floor),
        StepKind.DeleteCheckAndSet => key.Value is null ? key : key.At(Check)?.Remove(Floor),
        StepKind.DeleteRefused => key.Value is null ? null : key.NotAt(Check),
        StepKind.IndexSeen => key.At(Index!.Value),
        _ => throw new InvalidOperationException($"No such step: {Kind}."),
    };

    /// <inheritdoc/>
    public override string ToString()
    {
        var what = Kind switch
        {
            StepKind.Read => Value is null ? "read: no key" : $"read '{Value}'{(Index is { } at ? $" at {at}" : "")}",
            StepKind.Put => $"put '{Value}'{(Index is { } at ? $" at {at}" : "")}",
            StepKind.CheckAndSet => $"put '{Value}' cas={Check}{(Index is { } at ? $" at {at}" : "")}",
            StepKind.CheckRefused => $"put '{Value}' cas={Check} refused",
            StepKind.Delete => "delete",
            StepKind.DeleteCheckAndSet => $"delete cas={Check}",
            StepKind.DeleteRefused => $"delete cas={Check} refused",
            _ => $"index seen {Index}",
        };
        return $"{Who} {what}{(MustHappen ? "" : " (may have happened, or may later)")}";
    }
}
