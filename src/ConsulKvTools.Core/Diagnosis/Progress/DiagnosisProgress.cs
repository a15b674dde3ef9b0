namespace ConsulKvTools.Diagnosis;

/// <summary>How far a diagnosis is: told when a probe begins, when one ends, and every second while one is under way.</summary>
/// <param name="Elapsed">Since the diagnosis began.</param>
/// <param name="Done">Probes that have ended, skipped ones included.</param>
/// <param name="Total">Probes there are.</param>
/// <param name="UnderWay">Probes that run now, by layer: the first is the one that the others are likely to wait for.</param>
/// <param name="Ended">The probe whose end this tells of; null when it tells of something else.</param>
internal sealed record DiagnosisProgress(TimeSpan Elapsed, int Done, int Total, IReadOnlyList<ProbeUnderWay> UnderWay, ProbeResult? Ended)
{
    /// <summary>What is under way and since when, on one line: <c>Tcp: connecting to 10.0.0.1:8500, 3 s</c>.</summary>
    public override string ToString() => UnderWay.Count switch
    {
        0 => Ended is null ? "" : $"{Ended.Probe}: {Ended.Summary}",
        1 => UnderWay[0].ToString(),
        _ => $"{UnderWay[0]} (and {string.Join(", ", UnderWay.Skip(1).Select(probe => probe.Probe))})",
    };
}
