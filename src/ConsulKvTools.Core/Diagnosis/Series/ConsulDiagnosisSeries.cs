namespace ConsulKvTools;

/// <summary>The same diagnosis several times over: how often the write would have worked, what stood in its way when, and how fast each step was.</summary>
public sealed record ConsulDiagnosisSeries
{
    /// <summary>The address that was diagnosed.</summary>
    public required string Target { get; init; }

    /// <summary>The key it was about; null when none was given.</summary>
    public string? Key { get; init; }

    /// <summary>How many diagnoses were asked for; fewer ran when the series was stopped.</summary>
    public required int Requested { get; init; }

    /// <summary>Each diagnosis, in the order they ran; one at least.</summary>
    public required IReadOnlyList<ConsulDiagnosis> Diagnoses { get; init; }

    /// <summary>How many found nothing worth mending.</summary>
    public required int HealthyCount { get; init; }

    /// <summary>How many found that the write works, with something to mend.</summary>
    public required int DegradedCount { get; init; }

    /// <summary>How many found that something stops the write.</summary>
    public required int FaultyCount { get; init; }

    /// <summary>The part of the diagnoses in which the write would have worked, healthy or degraded: 0 to 1.</summary>
    public required double Availability { get; init; }

    /// <summary>Each root cause that was named, the most frequent first; empty when all were healthy.</summary>
    public required IReadOnlyList<ConsulDiagnosisCause> Causes { get; init; }

    /// <summary>How often one diagnosis said something else than the one before: another verdict or another root cause.</summary>
    public required int Changes { get; init; }

    /// <summary>True when the answer went to and fro: it changed twice at least. What breaks once and stays broken is not flapping.</summary>
    public bool IsFlapping => Changes >= 2;

    /// <summary>How long each probe ran, by layer; of those diagnoses in which it was not skipped.</summary>
    public required IReadOnlyList<LatencySummary> Probes { get; init; }

    /// <summary>How long each layer took from its first probe's start to its last one's end; an idle test, which takes long on purpose, is left out.</summary>
    public required IReadOnlyList<LatencySummary> Layers { get; init; }

    /// <summary>When the first diagnosis began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the start of the first to the end of the last.</summary>
    public required TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Target}: {HealthyCount} healthy, {DegradedCount} degraded, {FaultyCount} faulty of {Diagnoses.Count}{(IsFlapping ? ", flapping" : "")}";
}
