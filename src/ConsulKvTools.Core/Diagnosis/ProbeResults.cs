using System.Collections.Specialized;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools;

/// <summary>Short ways to say how a probe ended. The diagnoser adds name, layer and times.</summary>
internal static class ProbeResults
{
    /// <summary>All is well; the status follows the gravest finding.</summary>
    public static ProbeResult From(string summary, IReadOnlyList<ConsulFinding> findings, params (string Name, object? Value)[] facts) => new()
    {
        Probe = "",
        Layer = default,
        Status = StatusOf(findings),
        Summary = summary,
        Findings = findings,
        Facts = Facts(facts),
    };

    /// <summary>Not run, and why.</summary>
    public static ProbeResult Skipped(string why) => new() { Probe = "", Layer = default, Status = ProbeStatus.Skipped, Summary = why };

    private static ProbeStatus StatusOf(IReadOnlyList<ConsulFinding> findings) =>
        findings.Count == 0 ? ProbeStatus.Passed : findings.Max(finding => finding.Severity) switch
        {
            FindingSeverity.Error => ProbeStatus.Failed,
            FindingSeverity.Warning => ProbeStatus.Warning,
            _ => ProbeStatus.Passed,
        };

    private static OrderedDictionary Facts((string Name, object? Value)[] facts)
    {
        var all = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in facts)
            if (value is not null) all[name] = value;
        return all.AsReadOnly();
    }
}
