using System.Collections;
using System.Text;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Markdown.MarkdownText;

namespace ConsulKvTools.Diagnosis.Reports.Markdown;

/// <summary>Diagnoses as GitHub-flavoured Markdown: headings, lists and tables only, so that a chat shows it as well as an issue.</summary>
internal sealed class MarkdownReport
{
    private readonly StringBuilder page = new();

    private MarkdownReport()
    {
    }

    public static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts)
    {
        var report = new MarkdownReport();
        if (diagnoses.Count > 1) report.Overview(diagnoses);
        for (var index = 0; index < diagnoses.Count; index++) report.Diagnosis(diagnoses[index], diagnoses.Count == 1 ? 0 : index + 1);
        foreach (var part in parts) MarkdownSection.Write(report.page, part.Section);
        return report.page.ToString().TrimEnd('\n') + "\n";
    }

    private void Overview(IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        Line($"## {diagnoses.Count} Consul KV diagnoses");
        Line();
        Table("#", "Verdict", "Target", "Key", "Started", "Took", "Root cause");
        for (var index = 0; index < diagnoses.Count; index++)
        {
            var diagnosis = diagnoses[index];
            Row($"{index + 1}", ReportWords.Verdict(diagnosis.Verdict), Code(diagnosis.Target), Code(diagnosis.Key), ReportWords.Moment(diagnosis.StartedAt), DiagnosisText.Time(diagnosis.Duration), Code(diagnosis.RootCause?.Code));
        }
        Line();
    }

    private void Diagnosis(ConsulDiagnosis diagnosis, int number)
    {
        Line($"## {(number == 0 ? "" : $"{number}. ")}{ReportWords.Verdict(diagnosis.Verdict)}: {Text(ReportWords.Sentence(diagnosis))}");
        Line();
        Line($"Consul at {Code(diagnosis.Target)}{(diagnosis.Key is null ? "" : $", key {Code(diagnosis.Key)}")}, {ReportWords.Moment(diagnosis.StartedAt)}, took {DiagnosisText.Time(diagnosis.Duration)}.");
        Line();
        if (diagnosis.RootCause is { } root)
        {
            Line($"**Root cause {Code(root.Code)}** ({root.Layer}). {Text(root.Cause)}");
            Line();
            Body(root);
        }
        Probes(diagnosis);
        Findings(diagnosis);
        Values("Facts", diagnosis.Facts);
        Configuration(diagnosis);
    }

    private void Body(ConsulFinding finding)
    {
        foreach (var (name, value) in ReportWords.Pairs(finding.Evidence)) Line($"- {Text(name)}: {Code(value)}");
        if (finding.Evidence.Count > 0) Line();
        Line($"**What to do:** {Text(finding.Remedy)}");
        Line();
        if (finding.Command is null) return;
        page.Append(Block(finding.Command));
        Line();
    }

    private void Probes(ConsulDiagnosis diagnosis)
    {
        Line("### The way of the write");
        Line();
        Table("Probe", "Layer", "Status", "After", "Took", "What it saw");
        foreach (var probe in diagnosis.Probes)
        {
            var isSkipped = probe.Status == ProbeStatus.Skipped;
            Row(Text(probe.Probe), probe.Layer.ToString(), ReportWords.Status(probe.Status), isSkipped ? "" : DiagnosisText.Time(probe.StartedAfter), isSkipped ? "" : DiagnosisText.Time(probe.Duration), Text(probe.Summary));
        }
        Line();
    }

    private void Findings(ConsulDiagnosis diagnosis)
    {
        var others = diagnosis.Findings.Where(finding => !finding.IsRootCause(diagnosis)).ToArray();
        if (others.Length == 0) return;
        Line(diagnosis.RootCause is null ? "### Findings" : "### Also found");
        Line();
        foreach (var finding in others)
        {
            var notes = $"{finding.Severity}, {finding.Layer}{(finding.BlockedBy is null ? "" : $", follows from {Code(finding.BlockedBy)}")}{(finding.IsSuppressed ? $", **suppressed** by {Code(finding.SuppressedBy)}" : "")}";
            Line($"- {Code(finding.Code)} ({notes}): {Text(ReportWords.Sentence(finding.Title))}");
            var seen = string.Join(", ", ReportWords.Pairs(finding.Evidence).Select(pair => $"{Text(pair.Name)} {Code(pair.Value)}"));
            if (seen.Length > 0) Line($"  - Seen: {seen}");
            // What follows from something else goes away with it.
            if (finding.BlockedBy is null && !finding.IsSuppressed) Line($"  - What to do: {Text(finding.Remedy)}{(finding.Command is null ? "" : $" {Code(finding.Command)}")}");
        }
        Line();
    }

    private void Values(string heading, IDictionary values)
    {
        if (values.Count == 0) return;
        Line($"### {heading}");
        Line();
        Table("Name", "Value");
        foreach (var (name, value) in ReportWords.Pairs(values)) Row(Text(name), Code(value));
        Line();
    }

    private void Configuration(ConsulDiagnosis diagnosis)
    {
        if (diagnosis.Configuration.Count == 0) return;
        Line("### Configuration");
        Line();
        Table("Setting", "Value", "From", "Overruled");
        foreach (var setting in diagnosis.Configuration)
            Row(Text(setting.Name), setting.Value is null ? "*not set*" : Code(setting.Value), Text(setting.Source), Text(string.Join(", ", setting.Shadowed)));
        Line();
    }

    private void Table(params string[] heads)
    {
        Row(heads);
        Row([.. heads.Select(_ => "---")]);
    }

    private void Row(params string[] cells) => Line($"| {string.Join(" | ", cells)} |");

    private void Line(string line = "") => page.Append(line).Append('\n');
}
