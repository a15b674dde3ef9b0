using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;

namespace ConsulKvTools.Validation.Checks;

/// <summary>Checks that a diagnosis, or a part of one, answers.</summary>
internal static class DiagnosisChecks
{
    private static readonly IReadOnlyList<IProbe> UpToCluster = [.. ProbeList.Connectivity, new AgentProbe(), new ClusterProbe()];
    private static readonly IReadOnlyList<IProbe> UpToCanary = [.. UpToCluster, new CanaryProbe()];

    /// <summary>Consul answers at the agent's address, and at every address of its name.</summary>
    public static async Task<ConsulFinding?> ReachableAsync(EnvironmentAgent agent, TimeSpan timeout, CancellationToken cancellation)
    {
        using var session = agent.Open();
        var result = await ConnectivityTest.RunAsync(session, timeout, cancellation).ConfigureAwait(false);
        if (!result.Succeeded) return result.RootCause ?? ConsulFinding.Create("Expect.NotSeen", ("what", "whether Consul answers"), ("address", session.Address), ("agent", agent.Name));
        if (result.RootCause is { Severity: FindingSeverity.Error } fault) return fault;
        // One dead address of several makes every other request slow or fail.
        if (result.Findings.FirstOrDefault(finding => finding.Severity > FindingSeverity.Info && finding.Layer is ConsulLayer.Name or ConsulLayer.Transport) is { } address) return address;
        return agent.MaximumLatency is { } limit && result.HttpTime is { } took && took > limit
            ? ConsulFinding.Create("Expect.Slow", ("address", session.Address), ("agent", agent.Name), ("time", took), ("limit", limit)) : null;
    }

    /// <summary>The certificate is good for so many more days.</summary>
    public static async Task<ConsulFinding?> CertificateAsync(EnvironmentAgent agent, int days, TimeSpan timeout, CancellationToken cancellation)
    {
        using var session = agent.Open();
        if (session.CanConnect && !session.Target.Endpoint.UseTls) return ConsulFinding.Create("Expect.NoTls", ("address", session.Address), ("agent", agent.Name));
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Timeout = timeout }, ProbeList.Connectivity, null, cancellation).ConfigureAwait(false);
        if (diagnosis.RootCause is { Severity: FindingSeverity.Error } fault) return fault;
        if (diagnosis.Facts["CertificateNotAfter"] is not DateTime end) return ConsulFinding.Create("Expect.NotSeen", ("what", "the certificate"), ("address", session.Address), ("agent", agent.Name));
        var left = (end - session.Time.GetUtcNow().UtcDateTime).TotalDays;
        return left >= days ? null
            : ConsulFinding.Create("Expect.CertificateEnds", ("address", session.Address), ("agent", agent.Name), ("days", (int)Math.Floor(left)), ("wanted", days), ("notAfter", end), ("subject", diagnosis.Facts["CertificateSubject"]));
    }

    /// <summary>What is in the way of a leader; else <paramref name="judge"/> looks at what was learnt.</summary>
    public static async Task<ConsulFinding?> ClusterAsync(EnvironmentAgent agent, TimeSpan timeout, Func<ConsulKvSession, ConsulDiagnosis, ConsulFinding?> judge, CancellationToken cancellation)
    {
        using var session = agent.Open();
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Timeout = timeout }, UpToCluster, null, cancellation).ConfigureAwait(false);
        return diagnosis.RootCause is { Severity: FindingSeverity.Error } fault ? fault : judge(session, diagnosis);
    }

    /// <summary>The whole way of a write is healthy, or good enough.</summary>
    public static async Task<ConsulFinding?> HealthyAsync(EnvironmentAgent agent, EnvironmentToken? token, DiagnosisRequest request, bool allowDegraded, CancellationToken cancellation)
    {
        using var session = agent.Open(token);
        var diagnosis = await Diagnoser.RunAsync(session, request, null, cancellation).ConfigureAwait(false);
        return diagnosis.Verdict == DiagnosisVerdict.Healthy || (allowDegraded && diagnosis.Verdict == DiagnosisVerdict.Degraded) ? null
            : diagnosis.RootCause ?? diagnosis.Findings.FirstOrDefault(finding => finding.Severity > FindingSeverity.Info)
            ?? ConsulFinding.Create("Expect.NotSeen", ("what", "whether all is healthy"), ("address", session.Address), ("agent", agent.Name));
    }

    /// <summary>One key below the prefix is written, read and removed.</summary>
    public static async Task<ConsulFinding?> CanaryAsync(EnvironmentAgent agent, EnvironmentToken? token, string prefix, TimeSpan timeout, CancellationToken cancellation)
    {
        using var session = agent.Open(token);
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Timeout = timeout, CanaryPrefix = prefix }, UpToCanary, null, cancellation).ConfigureAwait(false);
        if (diagnosis.RootCause is { Severity: FindingSeverity.Error } fault) return fault;
        var canary = diagnosis.Probes.Single(probe => probe.Probe == "Canary");
        return canary.Status == ProbeStatus.Passed ? null
            : canary.Findings.FirstOrDefault() ?? diagnosis.RootCause ?? ConsulFinding.Create("Expect.NotSeen", ("what", "whether a write goes through"), ("address", session.Address), ("agent", agent.Name));
    }
}
