using ConsulKvTools.Diagnosis.Reports;

namespace ConsulKvTools;

/// <summary>Something that stops a command, with the finding that explains it. Derived types tell by the finding's code where the fault lies.</summary>
/// <remarks>
/// Findings of no single place on the way of a write (<c>Error.*</c>, <c>Probe.*</c>) are thrown as this type itself. docs/errors.md says which code
/// is which type.
/// </remarks>
public class ConsulException : Exception
{
    /// <summary>Wraps <paramref name="finding"/>.</summary>
    /// <param name="finding">What is wrong.</param>
    /// <param name="inner">What was thrown below; null when nothing was.</param>
    public ConsulException(ConsulFinding finding, Exception? inner = null)
        : base($"{ReportWords.Sentence(Printable.Text(finding.Title, 400))} {Printable.Text(finding.Cause, 2000)}", inner) => Finding = finding;

    /// <summary>What is wrong, the evidence and the remedy.</summary>
    public ConsulFinding Finding { get; }

    /// <summary>What the command was doing: <c>Invoke-ConsulDiagnosis -FromError</c> starts from it. Null when no session was in use yet.</summary>
    public FailedOperation? Operation { get; internal set; }

    /// <summary>The exception of the finding's own kind, so that callers may catch by area.</summary>
    /// <param name="finding">What is wrong.</param>
    /// <param name="inner">What was thrown below; null when nothing was.</param>
    public static ConsulException From(ConsulFinding finding, Exception? inner = null) => (finding.Area, finding.Layer) switch
    {
        _ when finding.Code is "Key.Forbidden" or "Key.Filtered" => new ConsulAclException(finding, inner),
        _ when finding.Code is "Key.Missing" => new ConsulKeyNotFoundException(finding, inner),
        _ when finding.Code is "Outcome.Unknown" or "Outcome.UnknownTimeout" => new ConsulUnknownOutcomeException(finding, inner),
        _ when finding.Code is "Key.Locked" => new ConsulLockException(finding, inner),
        ("Release", _) => new ConsulReleaseException(finding, inner),
        ("Report", _) => new ConsulReportException(finding, inner),
        ("Document", _) => new ConsulDocumentException(finding, inner),
        ("Request", _) => new ConsulRequestException(finding, inner),
        ("Cas", _) => new ConsulConflictException(finding, inner),
        ("Lock" or "Session", _) => new ConsulLockException(finding, inner),
        ("Host", _) => new ConsulHostException(finding, inner),
        (_, ConsulLayer.Configuration) => new ConsulConfigurationException(finding, inner),
        (_, ConsulLayer.Name) => new ConsulNameException(finding, inner),
        (_, ConsulLayer.Tls) => new ConsulTlsException(finding, inner),
        (_, ConsulLayer.Transport or ConsulLayer.Http) => new ConsulConnectionException(finding, inner),
        (_, ConsulLayer.Agent) => new ConsulAgentException(finding, inner),
        (_, ConsulLayer.Cluster) => new ConsulClusterException(finding, inner),
        (_, ConsulLayer.Acl) => new ConsulAclException(finding, inner),
        (_, ConsulLayer.Key) => new ConsulKeyException(finding, inner),
        (_, ConsulLayer.Write) => new ConsulWriteException(finding, inner),
        _ => new ConsulException(finding, inner),
    };
}
