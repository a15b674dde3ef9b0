namespace ConsulKvTools;

/// <summary>What changed between two diagnoses of the same target, the likeliest explanation of the new verdict first.</summary>
/// <remarks>
/// Left out by rule, because they differ between any two runs: durations and moments (save when a certificate or a token ends), Raft indexes,
/// LastContact, measurements of the machine, the order of addresses and peers, and whatever a probe that did not get that far could not see.
/// </remarks>
public sealed record ConsulDiagnosisComparison
{
    /// <summary>The earlier diagnosis, from when it worked.</summary>
    public required ConsulDiagnosis Reference { get; init; }

    /// <summary>The later diagnosis.</summary>
    public required ConsulDiagnosis Difference { get; init; }

    /// <summary>The verdict then.</summary>
    public DiagnosisVerdict ReferenceVerdict => Reference.Verdict;

    /// <summary>The verdict now.</summary>
    public DiagnosisVerdict DifferenceVerdict => Difference.Verdict;

    /// <summary>What changed, the likeliest explanation of the verdict first; empty when nothing did that matters.</summary>
    public required IReadOnlyList<ConsulDiagnosisChange> Changes { get; init; }

    /// <summary>Why the two may not be comparable: another target or key; empty when they are.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reference.Verdict} -> {Difference.Verdict}: {(Changes.Count == 0 ? "nothing that matters changed" : Changes[0].ToString())}";
}
