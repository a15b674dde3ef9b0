using ConsulKvTools.Diagnosis.Probes;

namespace ConsulKvTools.Diagnosis;

/// <summary>The first layers only: can this client reach a Consul agent, and how fast.</summary>
internal static class ConnectivityTest
{
    /// <summary>Walks configuration, name, transport, TLS and HTTP.</summary>
    /// <param name="session">The session to test.</param>
    /// <param name="timeout">Time for the whole test, above zero.</param>
    /// <param name="cancellation">Stops the test.</param>
    public static async Task<ConsulConnectivityResult> RunAsync(ConsulKvSession session, TimeSpan timeout, CancellationToken cancellation)
    {
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Timeout = timeout }, ProbeList.Connectivity, null, cancellation).ConfigureAwait(false);
        var http = diagnosis.Probes.FirstOrDefault(probe => probe.Layer == ConsulLayer.Http && probe.Status is ProbeStatus.Passed or ProbeStatus.Warning);
        var succeeded = http is not null && diagnosis.Verdict != DiagnosisVerdict.Faulty;
        return new ConsulConnectivityResult
        {
            Target = diagnosis.Target,
            Succeeded = succeeded,
            FailedLayer = succeeded ? null : diagnosis.RootCause?.Layer,
            RootCause = diagnosis.RootCause,
            Addresses = diagnosis.Facts["Addresses"] is IEnumerable<string> addresses ? addresses.ToArray() : [],
            NameTime = TimeOf(diagnosis, ConsulLayer.Name),
            ConnectTime = TimeOf(diagnosis, ConsulLayer.Transport),
            TlsTime = TimeOf(diagnosis, ConsulLayer.Tls),
            HttpTime = TimeOf(diagnosis, ConsulLayer.Http),
            Probes = diagnosis.Probes,
            Findings = diagnosis.Findings,
            Duration = diagnosis.Duration,
        };
    }

    private static TimeSpan? TimeOf(ConsulDiagnosis diagnosis, ConsulLayer layer) =>
        diagnosis.Probes.FirstOrDefault(probe => probe.Layer == layer && probe.Status is not (ProbeStatus.Skipped or ProbeStatus.Error))?.Duration;
}
