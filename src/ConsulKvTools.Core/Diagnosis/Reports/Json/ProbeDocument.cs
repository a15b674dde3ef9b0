using System.Text.Json.Nodes;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>What one probe saw. Its findings are named by code; they stand in the document's own list.</summary>
internal sealed record ProbeDocument(
    string Probe, ConsulLayer Layer, ProbeStatus Status, string Summary, IReadOnlyList<string> Findings, JsonObject Facts, decimal StartedAfterMs, decimal DurationMs)
{
    public static ProbeDocument Of(ProbeResult probe) => new(
        probe.Probe, probe.Layer, probe.Status, probe.Summary, [.. probe.Findings.Select(finding => finding.Code)], EvidenceJson.Of(probe.Facts),
        Milliseconds.Of(probe.StartedAfter), Milliseconds.Of(probe.Duration));
}
