using System.Text.Json.Nodes;

namespace ConsulKvTools.Diagnosis.Reports.Json;

/// <summary>One finding.</summary>
internal sealed record FindingDocument(
    string Code, FindingSeverity Severity, ConsulLayer Layer, string Title, JsonObject Evidence, string Cause, string Remedy,
    string? Command, string HelpUri, string? BlockedBy, string? SuppressedBy, string? Probe)
{
    public static FindingDocument Of(ConsulFinding finding) => new(
        finding.Code, finding.Severity, finding.Layer, finding.Title, EvidenceJson.Of(finding.Evidence), finding.Cause, finding.Remedy,
        finding.Command, finding.HelpUri, finding.BlockedBy, finding.SuppressedBy, finding.Probe);

    public static FindingDocument? OfAny(ConsulFinding? finding) => finding is null ? null : Of(finding);
}
