using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>Runs the transport's probes as the diagnosis runs them.</summary>
internal static class Probing
{
    public static ConsulSessionOptions Options(string scheme, int port, IssuedCertificate? trusted = null, IssuedCertificate? client = null, string host = "127.0.0.1") => new()
    {
        Address = $"{scheme}://{host}:{port}",
        CACertificate = trusted?.CertificateFile,
        ClientCertificate = client?.CertificateFile,
        ClientKey = client?.KeyFile,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    };

    public static async Task<ConsulDiagnosis> RunAsync(ConsulSessionOptions options, params IProbe[] probes)
    {
        using var session = ConsulKvSession.CreateForDiagnosis(options, ConsulEnvironment.Empty);
        var diagnosis = await Diagnoser.RunAsync(
            session, new DiagnosisRequest(), probes.Length > 0 ? probes : [new NameProbe(), new ConnectProbe(), new TlsProbe()], null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(diagnosis.Probes, probe => probe.Status == ProbeStatus.Error);
        // A title that had to leave a place open tells half of what was seen.
        Assert.All(diagnosis.Findings.Where(finding => finding.Probe != "Http"), finding => Assert.DoesNotContain("<", finding.Title, StringComparison.Ordinal));
        return diagnosis;
    }

    public static async Task<string?> RootAsync(ConsulSessionOptions options, params IProbe[] probes) => (await RunAsync(options, probes)).RootCause?.Code;

    /// <summary>The root cause carries this code; the fault goes into the matrix.</summary>
    public static async Task<ConsulDiagnosis> NamesAsync(string code, ConsulSessionOptions options, params IProbe[] probes)
    {
        var diagnosis = await RunAsync(options, probes);
        Assert.Equal(code, diagnosis.RootCause?.Code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis);
        return diagnosis;
    }

    /// <summary>The code is listed, though it need not be the root cause; the fault goes into the matrix.</summary>
    public static async Task<ConsulDiagnosis> ListsAsync(string code, ConsulSessionOptions options, params IProbe[] probes)
    {
        var diagnosis = await RunAsync(options, probes);
        var finding = Assert.Single(diagnosis.Findings, one => one.Code == code);
        FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, diagnosis, finding);
        return diagnosis;
    }

    public static string[] Codes(this ConsulDiagnosis diagnosis) => diagnosis.Findings.Select(finding => finding.Code).ToArray();

    public static void AssertHealthy(this ConsulDiagnosis diagnosis)
    {
        Assert.Equal(DiagnosisVerdict.Healthy, diagnosis.Verdict);
        Assert.All(diagnosis.Findings.Where(finding => finding.Probe != "Http"), finding => Assert.Equal(FindingSeverity.Info, finding.Severity));
    }
}
