using System.Text;

namespace ConsulKvTools.FaultRun.Reports;

/// <summary>A report for people and for programs.</summary>
internal static class RunReportText
{
    private const int Shown = 20;
    private static readonly System.Text.Json.JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>As JSON.</summary>
    public static string ToJson(RunReport report) => System.Text.Json.JsonSerializer.Serialize(report, Indented);

    /// <summary>As text.</summary>
    public static string ToText(RunReport report)
    {
        var text = new StringBuilder();
        Add($"seed {report.Seed}: {report.Operations} operations and {report.Faults} faults in {report.Worked.TotalSeconds:0} s, checked in {report.Checked.TotalSeconds:0.0} s");
        Add($"violations: {report.Violations.Count}; unknown: {report.Unknown} ({report.UnknownShare:P3} of all operations)");
        Add("");
        Add($"{"workload",-22}{"operation",-32}{"outcome",-12}{"count",8}");
        foreach (var count in report.Counts) Add($"{count.Workload,-22}{count.Kind,-32}{count.Outcome,-12}{count.Count,8}");
        if (report.Codes.Count > 0)
        {
            Add("");
            Add("what was in the way (conflicts apart):");
            foreach (var (code, count) in report.Codes) Add($"{count,8}  {code}");
        }
        Add("");
        Add($"faults ({report.RequestsTouched} single requests were touched at the gates):");
        foreach (var (kind, count) in report.FaultsByKind) Add($"{count,8}  {kind}");
        if (report.NotDone is { } not) Add($"not done: {not}");
        foreach (var violation in report.Violations.Take(Shown))
        {
            Add("");
            Add($"VIOLATION  {violation.Workload}, {violation.Key}: {violation.What}");
            foreach (var line in violation.History) Add($"    {line}");
            if (violation.Log.Count > 0) Add("  meanwhile:");
            foreach (var line in violation.Log) Add($"    {line}");
        }
        if (report.Violations.Count > Shown) Add($"… and {report.Violations.Count - Shown} more violations: --json has them all.");
        return text.ToString();

        void Add(string line) => text.AppendLine(line);
    }
}
