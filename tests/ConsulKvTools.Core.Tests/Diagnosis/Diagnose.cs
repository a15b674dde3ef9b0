using ConsulKvTools.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>Runs a whole diagnosis and holds it against what was broken.</summary>
internal static class Diagnose
{
    public static async Task<ConsulDiagnosis> RunAsync(
        ConsulSessionOptions options, DiagnosisRequest? request = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var session = ConsulKvSession.CreateForDiagnosis(options, environment is null ? ConsulEnvironment.Empty : new ConsulEnvironment(environment));
        return await Diagnoser.RunAsync(session, request ?? new DiagnosisRequest { Key = "app/x" }, null, TestContext.Current.CancellationToken);
    }

    public static Task<ConsulDiagnosis> RunAsync(Uri address, string? token = null, DiagnosisRequest? request = null) =>
        RunAsync(new ConsulSessionOptions { Address = address.IsFile || address.Scheme == "unix" ? address.OriginalString : address.ToString().TrimEnd('/'), Token = token is null ? null : new ConsulSecret(token) }, request);

    /// <summary>The root cause carries this code, and the deadline held.</summary>
    public static void Names(string code, ConsulDiagnosis diagnosis)
    {
        Assert.True(diagnosis.RootCause?.Code == code, $"expected {code}\n{Text(diagnosis)}");
        Assert.NotEqual(DiagnosisVerdict.Healthy, diagnosis.Verdict);
        Assert.True(diagnosis.Duration < TimeSpan.FromSeconds(17), $"took {diagnosis.Duration}");
        Assert.DoesNotContain(diagnosis.Probes, probe => probe.Status == ProbeStatus.Error && probe.Findings.Any(finding => finding.Code == "Probe.Crashed"));
    }

    /// <summary>The root cause carries this code; the fault goes into the matrix.</summary>
    public static void Names(string code, FaultOrigin origin, string how, ConsulDiagnosis diagnosis)
    {
        Names(code, diagnosis);
        FaultMatrix.Add(origin, how, diagnosis);
    }

    /// <summary>The code is among the findings, though something else is the root cause or nothing is wrong; the fault goes into the matrix.</summary>
    public static void Lists(string code, FaultOrigin origin, string how, ConsulDiagnosis diagnosis)
    {
        var finding = diagnosis.Findings.FirstOrDefault(finding => finding.Code == code);
        Assert.True(finding is not null, $"expected {code} among the findings\n{Text(diagnosis)}");
        FaultMatrix.Add(origin, how, diagnosis, finding);
    }

    /// <summary>Healthy: nothing above information, and every probe passed or had nothing to look at.</summary>
    public static void IsHealthy(ConsulDiagnosis diagnosis)
    {
        Assert.True(diagnosis.Verdict == DiagnosisVerdict.Healthy, Text(diagnosis));
        Assert.All(diagnosis.Findings, finding => Assert.True(finding.Severity == FindingSeverity.Info, Text(diagnosis)));
        Assert.True(diagnosis.RootCause is null, Text(diagnosis));
        Assert.All(diagnosis.Probes, probe => Assert.True(probe.Status is ProbeStatus.Passed or ProbeStatus.Skipped, Text(diagnosis)));
    }

    public static string Text(ConsulDiagnosis diagnosis) =>
        string.Join("\n", diagnosis.Probes.Select(probe => $"  {probe} ({probe.Duration.TotalMilliseconds:0} ms)")
            .Append($"  => {diagnosis}").Concat(diagnosis.Findings.Select(finding => $"  {finding.Severity} {finding} [{finding.BlockedBy}] {string.Join(", ", finding.Evidence.Cast<System.Collections.DictionaryEntry>().Select(pair => $"{pair.Key}={pair.Value}"))}")));
}
