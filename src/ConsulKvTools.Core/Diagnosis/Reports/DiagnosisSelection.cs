namespace ConsulKvTools.Diagnosis.Reports;

/// <summary>What of a diagnosis is shown.</summary>
internal static class DiagnosisSelection
{
    /// <summary>
    /// The diagnosis without the findings below a severity. The verdict stays as it is, and so does the root cause: a verdict is never
    /// shown without its reason.
    /// </summary>
    public static ConsulDiagnosis AtLeast(this ConsulDiagnosis diagnosis, FindingSeverity severity)
    {
        bool IsShown(ConsulFinding finding) => finding.Severity >= severity || finding.Code == diagnosis.RootCause?.Code;
        if (severity == FindingSeverity.Info) return diagnosis;
        return diagnosis with
        {
            Findings = diagnosis.Findings.Where(IsShown).ToArray(),
            Probes = diagnosis.Probes.Select(probe => probe with { Findings = probe.Findings.Where(IsShown).ToArray() }).ToArray(),
        };
    }
}
