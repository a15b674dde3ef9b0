using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ConsulKvTools.Diagnosis.Reports.JUnit;

/// <summary>Diagnoses as JUnit XML: a suite a diagnosis, a case a probe. What CI systems agree on: Jenkins' schema of it.</summary>
internal static class JUnitReport
{
    public static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        var suites = diagnoses.Select(Suite).ToArray();
        var root = new XElement("testsuites", new XAttribute("name", "Consul KV diagnosis"),
            Total("tests", suites), Total("failures", suites), Total("errors", suites), Total("disabled", suites),
            new XAttribute("time", Seconds(TimeSpan.FromTicks(diagnoses.Sum(diagnosis => diagnosis.Duration.Ticks)))), suites);
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" })) root.Save(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    private static XAttribute Total(string name, IEnumerable<XElement> suites) => new(name, suites.Sum(suite => (int)suite.Attribute(name)!));

    private static XElement Suite(ConsulDiagnosis diagnosis, int index)
    {
        var cases = diagnosis.Probes.Select(probe => Case(diagnosis, probe)).Concat(WithoutProbe(diagnosis)).ToArray();
        int Count(string kind) => cases.Count(test => test.Element(kind) is not null);
        return new XElement("testsuite",
            new XAttribute("name", $"Consul at {Text(diagnosis.Target)}{(diagnosis.Key is null ? "" : $", key {Text(diagnosis.Key)}")}"),
            new XAttribute("tests", cases.Length), new XAttribute("failures", Count("failure")), new XAttribute("errors", Count("error")), new XAttribute("skipped", Count("skipped")),
            new XAttribute("time", Seconds(diagnosis.Duration)), new XAttribute("timestamp", diagnosis.StartedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
            new XAttribute("hostname", Text(HostOf(diagnosis.Target))), new XAttribute("id", index), new XAttribute("package", "consul"), new XAttribute("disabled", 0),
            new XElement("properties", Properties(diagnosis)), cases);
    }

    private static IEnumerable<XElement> Properties(ConsulDiagnosis diagnosis)
    {
        yield return Property("target", diagnosis.Target);
        if (diagnosis.Key is not null) yield return Property("key", diagnosis.Key);
        yield return Property("verdict", diagnosis.Verdict.ToString());
        if (diagnosis.RootCause is not null) yield return Property("rootCause", diagnosis.RootCause.Code);
        foreach (System.Collections.DictionaryEntry fact in diagnosis.Facts)
            if (fact.Value is not null) yield return Property("fact." + fact.Key, EvidenceText.Of(fact.Value));
        foreach (var setting in diagnosis.Configuration)
            if (setting.Value is not null) yield return Property("setting." + setting.Name, $"{setting.Value} ({setting.Source})");
    }

    private static XElement Property(string name, string value) => new("property", new XAttribute("name", Text(name)), new XAttribute("value", Text(value)));

    private static XElement Case(ConsulDiagnosis diagnosis, ProbeResult probe)
    {
        var test = new XElement("testcase", new XAttribute("name", Text(probe.Probe)), new XAttribute("classname", $"consul.{probe.Layer}"), new XAttribute("time", Seconds(probe.Duration)));
        // The diagnosis' own list says what counts: there a finding may have grown to an error, or be suppressed.
        var findings = diagnosis.Findings.Where(finding => finding.Probe == probe.Probe).ToArray();
        var counting = findings.Where(finding => !finding.IsSuppressed).ToArray();
        var suppressed = findings.Where(finding => finding.IsSuppressed).ToArray();
        var errors = counting.Where(finding => finding.Severity == FindingSeverity.Error).ToArray();
        if (errors.Length > 0) test.Add(Bad(probe.Status == ProbeStatus.Error ? "error" : "failure", errors, probe));
        else if (probe.Status is ProbeStatus.Failed or ProbeStatus.Error && suppressed.Length > 0 && counting.All(finding => finding.Severity == FindingSeverity.Info))
            test.Add(new XElement("skipped", new XAttribute("message", Text($"suppressed: {string.Join(", ", suppressed.Select(finding => $"{finding.Code} by {finding.SuppressedBy}"))}"))));
        else if (probe.Status is ProbeStatus.Failed or ProbeStatus.Error) test.Add(Bad(probe.Status == ProbeStatus.Error ? "error" : "failure", counting, probe));
        else if (probe.Status == ProbeStatus.Skipped) test.Add(new XElement("skipped", new XAttribute("message", Text(probe.Summary))));
        test.Add(new XElement("system-out", Out(probe, findings.Except(errors))));
        return test;
    }

    /// <summary>Findings that no probe of the diagnosis made, such as those of an error it started from.</summary>
    private static IEnumerable<XElement> WithoutProbe(ConsulDiagnosis diagnosis) =>
        diagnosis.Findings.Where(finding => finding is { IsSuppressed: false, Severity: FindingSeverity.Error } && diagnosis.Probes.All(probe => probe.Probe != finding.Probe))
            .Select(finding => new XElement("testcase", new XAttribute("name", Text(finding.Code)), new XAttribute("classname", $"consul.{finding.Layer}"), new XAttribute("time", "0"), Bad("failure", [finding], null)));

    private static XElement Bad(string kind, IReadOnlyList<ConsulFinding> findings, ProbeResult? probe) => new(kind,
        new XAttribute("message", Text(findings.Count == 0 ? probe!.Summary : string.Join("; ", findings.Select(finding => finding.Title)))),
        new XAttribute("type", Text(findings.Count == 0 ? probe!.Status.ToString() : findings[0].Code)),
        string.Join("\n\n", findings.Select(Whole)));

    private static string Whole(ConsulFinding finding)
    {
        var text = new StringBuilder().Append(Text(finding.Code)).Append(": ").Append(Text(ReportWords.Sentence(finding.Title))).Append('\n').Append(Text(finding.Cause)).Append('\n');
        if (finding.BlockedBy is not null) text.Append("Follows from: ").Append(Text(finding.BlockedBy)).Append('\n');
        foreach (var (name, value) in ReportWords.Pairs(finding.Evidence)) text.Append("Seen: ").Append(name).Append(' ').Append(value).Append('\n');
        text.Append("What to do: ").Append(Text(finding.Remedy));
        if (finding.Command is not null) text.Append("\nRun: ").Append(Text(finding.Command));
        return text.ToString();
    }

    private static string Out(ProbeResult probe, IEnumerable<ConsulFinding> findings) =>
        string.Join("\n", findings.Select(finding => $"{finding.Severity}{(finding.IsSuppressed ? $" (suppressed by {Text(finding.SuppressedBy)})" : "")}: {Text(finding.ToString())}").Prepend(Text(probe.Summary)));

    private static string HostOf(string target) => Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host : "localhost";

    // XML 1.0 has no way to write most control characters, not even escaped.
    private static string Text(string? text) => Printable.Text(text, ReportWords.LongestValue);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture);
}
