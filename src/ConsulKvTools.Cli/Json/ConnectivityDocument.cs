using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>What <c>consulkv test</c> found.</summary>
internal sealed record ConnectivityDocument(
    string Target, bool Succeeded, ConsulLayer? FailedLayer, FindingDocument? RootCause, IReadOnlyList<string> Addresses,
    decimal? NameMs, decimal? ConnectMs, decimal? TlsMs, decimal? HttpMs,
    IReadOnlyList<ProbeDocument> Probes, IReadOnlyList<FindingDocument> Findings, decimal DurationMs) : CommandDocument("connectivity")
{
    public static ConnectivityDocument Of(ConsulConnectivityResult result) => new(
        result.Target, result.Succeeded, result.FailedLayer, FindingDocument.OfAny(result.RootCause), result.Addresses,
        Milliseconds.Of(result.NameTime), Milliseconds.Of(result.ConnectTime), Milliseconds.Of(result.TlsTime), Milliseconds.Of(result.HttpTime),
        [.. result.Probes.Select(ProbeDocument.Of)], [.. result.Findings.Select(FindingDocument.Of)], Milliseconds.Of(result.Duration));
}
