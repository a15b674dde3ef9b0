using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>
/// Several faults at once: what must be mended first is the root cause, every other one that can be seen from here is listed, and only
/// what follows from another is called a consequence of it.
/// </summary>
public sealed class FaultPairTests(FaultPairLab lab) : IClassFixture<FaultPairLab>
{
    private static readonly Dictionary<string, FaultPair> Pairs =
        new[] { CertificatePairs.All, WayPairs.All, TokenPairs.All, ServerPairs.All }.SelectMany(pairs => pairs).ToDictionary(pair => pair.How, StringComparer.Ordinal);

    public static TheoryData<string> Names => new(Pairs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Are_told_apart(string how)
    {
        var pair = Pairs[how];

        var diagnosis = await pair.DiagnoseAsync(lab);

        // How this machine fares is not the pair's.
        var seen = diagnosis.Findings.Where(finding => finding.Severity > FindingSeverity.Info && finding.Layer != ConsulLayer.Host)
            .Select(finding => finding.BlockedBy is { } by ? $"{finding.Code} < {by}" : finding.Code).ToArray();
        Assert.True(seen.FirstOrDefault() == pair.Expected[0] && seen.Order(StringComparer.Ordinal).Select(Settled).SequenceEqual(pair.Expected.Order(StringComparer.Ordinal)),
            $"expected {string.Join(", ", pair.Expected)}\nseen {string.Join(", ", seen)}\n{Diagnose.Text(diagnosis)}");
        Diagnose.Names(pair.Expected[0], diagnosis);
        // What could not be looked at names the fault that hid it.
        Assert.All(diagnosis.Probes.Where(probe => probe.Summary.StartsWith("not reached", StringComparison.Ordinal)),
            probe => Assert.Contains(diagnosis.Findings, finding => probe.Summary.Contains(finding.Code, StringComparison.Ordinal) || probe.Summary.Contains(finding.Title, StringComparison.Ordinal)));
        FaultMatrix.AddPair(how, pair.Expected, diagnosis);
    }

    // How a connection ends that the other side closes at once is up to the moment.
    private static string Settled(string seen) => seen.Replace("Http.Reset <", "Http.EmptyReply <", StringComparison.Ordinal);

    [Fact]
    public void There_are_many() => Assert.True(Pairs.Count >= 30, $"{Pairs.Count} pairs");
}
