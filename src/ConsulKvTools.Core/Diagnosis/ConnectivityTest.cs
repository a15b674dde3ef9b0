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
        var succeeded = diagnosis.Probes.Any(probe => probe is { Probe: HttpProbe.ProbeName, Status: ProbeStatus.Passed or ProbeStatus.Warning });
        return new ConsulConnectivityResult
        {
            Target = diagnosis.Target,
            Succeeded = succeeded,
            FailedLayer = succeeded ? null : diagnosis.RootCause?.Layer,
            RootCause = diagnosis.RootCause,
            Addresses = diagnosis.Facts["Addresses"] is IEnumerable<string> addresses ? addresses.ToArray() : [],
            NameTime = diagnosis.Facts["NameTime"] as TimeSpan?,
            ConnectTime = diagnosis.Facts["ConnectTime"] as TimeSpan?,
            TlsTime = diagnosis.Facts["TlsTime"] as TimeSpan?,
            HttpTime = diagnosis.Facts["HttpLatency"] as TimeSpan?,
            Probes = diagnosis.Probes,
            Findings = diagnosis.Findings,
            Duration = diagnosis.Duration,
        };
    }
}
