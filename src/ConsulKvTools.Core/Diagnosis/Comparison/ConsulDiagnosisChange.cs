namespace ConsulKvTools;

/// <summary>One thing that is not as it was.</summary>
public sealed record ConsulDiagnosisChange
{
    /// <summary>What kind of thing.</summary>
    public required DiagnosisChangeKind Kind { get; init; }

    /// <summary>Which: a setting, a fact, a finding's code or a probe.</summary>
    public required string Name { get; init; }

    /// <summary>Where on the write's way it lies.</summary>
    public required ConsulLayer Layer { get; init; }

    /// <summary>How it was; null when it was not there.</summary>
    public string? Before { get; init; }

    /// <summary>How it is; null when it is not there any more.</summary>
    public string? After { get; init; }

    /// <summary>True when something of this kind can explain the root cause, because it comes before it on the way of the write.</summary>
    public bool MayExplain { get; init; }

    /// <summary>By which rule this counts as a change, or what else has to be known about it; null when it speaks for itself.</summary>
    public string? Remark { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Name}: {Before ?? "(none)"} -> {After ?? "(none)"}";
}
