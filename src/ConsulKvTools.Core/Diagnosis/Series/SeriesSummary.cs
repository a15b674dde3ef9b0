using ConsulKvTools.Diagnosis.Probes;

namespace ConsulKvTools.Diagnosis;

/// <summary>What several diagnoses of one target say together.</summary>
internal static class SeriesSummary
{
    /// <summary>Sums up.</summary>
    /// <param name="diagnoses">One at least, in the order they ran.</param>
    /// <param name="requested">How many were asked for.</param>
    public static ConsulDiagnosisSeries Of(IReadOnlyList<ConsulDiagnosis> diagnoses, int requested)
    {
        var first = diagnoses[0];
        var last = diagnoses[diagnoses.Count - 1];
        int Count(DiagnosisVerdict verdict) => diagnoses.Count(diagnosis => diagnosis.Verdict == verdict);
        return new ConsulDiagnosisSeries
        {
            Target = first.Target,
            Key = first.Key,
            Requested = requested,
            Diagnoses = diagnoses,
            HealthyCount = Count(DiagnosisVerdict.Healthy),
            DegradedCount = Count(DiagnosisVerdict.Degraded),
            FaultyCount = Count(DiagnosisVerdict.Faulty),
            Availability = 1 - (double)Count(DiagnosisVerdict.Faulty) / diagnoses.Count,
            Causes = Causes(diagnoses),
            Changes = diagnoses.Skip(1).Zip(diagnoses, (after, before) => SaysTheSame(after, before) ? 0 : 1).Sum(),
            Probes = diagnoses.SelectMany(diagnosis => diagnosis.Probes).Where(HasRun).GroupBy(probe => (probe.Probe, probe.Layer))
                .OrderBy(group => group.Key.Layer).Select(group => LatencySummary.Of(group.Key.Probe, group.Key.Layer, group.Select(probe => probe.Duration))).ToArray(),
            Layers = diagnoses.SelectMany(LayerTimes).GroupBy(row => row.Layer)
                .OrderBy(group => group.Key).Select(group => LatencySummary.Of(group.Key.ToString(), group.Key, group.Select(row => row.Time))).ToArray(),
            StartedAt = first.StartedAt,
            Duration = last.StartedAt + last.Duration - first.StartedAt,
        };
    }

    /// <summary>Whether two diagnoses give the same answer: verdict and root cause.</summary>
    public static bool SaysTheSame(ConsulDiagnosis one, ConsulDiagnosis other) =>
        one.Verdict == other.Verdict && one.RootCause?.Code == other.RootCause?.Code;

    private static ConsulDiagnosisCause[] Causes(IReadOnlyList<ConsulDiagnosis> diagnoses) => diagnoses
        .Where(diagnosis => diagnosis.RootCause is not null)
        .GroupBy(diagnosis => diagnosis.RootCause!.Code, StringComparer.Ordinal)
        .Select(group => new ConsulDiagnosisCause
        {
            Code = group.Key,
            Layer = group.First().RootCause!.Layer,
            Title = group.Last().RootCause!.Title,
            Count = group.Count(),
            Share = (double)group.Count() / diagnoses.Count,
            FirstSeen = group.First().StartedAt,
            LastSeen = group.Last().StartedAt,
        })
        .OrderByDescending(cause => cause.Count).ThenBy(cause => cause.Layer).ToArray();

    private static IEnumerable<(ConsulLayer Layer, TimeSpan Time)> LayerTimes(ConsulDiagnosis diagnosis) => diagnosis.Probes
        .Where(probe => HasRun(probe) && probe.Probe != IdleProbe.ProbeName).GroupBy(probe => probe.Layer)
        .Select(layer => (layer.Key, layer.Max(probe => probe.StartedAfter + probe.Duration) - layer.Min(probe => probe.StartedAfter)));

    private static bool HasRun(ProbeResult probe) => probe.Status != ProbeStatus.Skipped;
}
