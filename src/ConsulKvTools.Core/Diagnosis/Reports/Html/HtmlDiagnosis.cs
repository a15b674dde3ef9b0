using System.Collections;
using System.Globalization;
using System.Xml.Linq;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>One diagnosis: verdict and root cause, the way of the write, findings, facts, configuration.</summary>
internal sealed class HtmlDiagnosis
{
    private const int LongestBesideAnother = 60;
    private const int LongestWithoutScrolling = 900;

    private readonly ConsulDiagnosis diagnosis;
    private readonly string prefix;

    private HtmlDiagnosis(ConsulDiagnosis diagnosis, int number)
    {
        this.diagnosis = diagnosis;
        prefix = number == 0 ? "" : $"d{number}-";
    }

    /// <summary>The section of a diagnosis.</summary>
    /// <param name="diagnosis">The diagnosis.</param>
    /// <param name="number">Its number in the report, from 1 on; 0 when it is alone.</param>
    public static XElement Of(ConsulDiagnosis diagnosis, int number) => new HtmlDiagnosis(diagnosis, number).Section(number);

    private XElement Section(int number) => E("article", Class("diagnosis"), number == 0 ? null : At("id", $"d{number}"), At("data-verdict", diagnosis.Verdict),
        E("header",
            E("p", Class("eyebrow"), number == 0 ? "Consul KV diagnosis" : $"Diagnosis {number}"),
            E(number == 0 ? "h1" : "h2", Class("target"), Text(diagnosis.Target)),
            E("dl", Class("meta"),
                Meta("Key", diagnosis.Key is null ? E("span", Class("none"), "none given") : E("code", Text(diagnosis.Key))),
                Meta("Started", E("time", At("datetime", diagnosis.StartedAt.ToString("o", CultureInfo.InvariantCulture)), ReportWords.Moment(diagnosis.StartedAt))),
                Meta("Took", DiagnosisText.Time(diagnosis.Duration)))),
        Verdict(),
        Block("way", "The way of the write", HtmlWay.Of(diagnosis.Probes)),
        Findings(),
        Latencies(),
        diagnosis.Facts.Count == 0 ? null : Block("facts", "Facts", Values(diagnosis.Facts)),
        diagnosis.Configuration.Count == 0 ? null : Block("configuration", "Configuration", Configuration()));

    private static XElement Meta(string name, object value) => E("div", E("dt", name), E("dd", value));

    private XElement Block(string name, string heading, params object?[] content) =>
        E("section", Class("block " + name), At("aria-labelledby", $"{prefix}{name}-heading"), E("h2", At("id", $"{prefix}{name}-heading"), heading), content);

    private XElement Verdict()
    {
        var tone = Tone(DiagnosisText.ToneOf(diagnosis.Verdict));
        var root = diagnosis.RootCause;
        return E("section", Class("verdict " + tone), At("aria-label", "Verdict"), root is null ? null : At("id", Anchor(root)), root is null ? null : At("data-code", root.Code),
            E("p", Class("badge " + tone), ReportWords.Verdict(diagnosis.Verdict)),
            E("p", Class("sentence"), Text(ReportWords.Sentence(diagnosis))),
            root is null ? null : new object?[]
            {
                E("p", Class("origin"), "Root cause ", E("code", Text(root.Code)), $" · {root.Layer} layer", root.Probe is null ? null : $" · found by {Text(root.Probe)}", Explains(root)),
                Body(root),
            });
    }

    private XElement? Findings()
    {
        var others = diagnosis.Findings.Where(finding => !finding.IsRootCause(diagnosis)).ToArray();
        if (others.Length == 0) return null;
        var counting = others.Where(finding => !finding.IsSuppressed).ToArray();
        var suppressed = others.Where(finding => finding.IsSuppressed).ToArray();
        return Block("findings", diagnosis.RootCause is null ? "Findings" : "Also found",
            counting.GroupBy(finding => finding.Layer).OrderBy(layer => layer.Key).Select(layer => Group(layer.Key.ToString(), layer)),
            suppressed.Length == 0 ? null : Group("Suppressed", suppressed));
    }

    private XElement Group(string heading, IEnumerable<ConsulFinding> findings) =>
        E("div", Class("layer"), E("h3", heading), findings.Select(Finding));

    private XElement Finding(ConsulFinding finding)
    {
        var tone = finding.IsSuppressed ? "dim" : Tone(DiagnosisText.ToneOf(finding.Severity));
        return E("article", Class($"finding {tone}"), At("id", Anchor(finding)), At("data-code", finding.Code), At("data-severity", finding.Severity),
            finding.IsSuppressed ? At("data-suppressed", "true") : null, finding.BlockedBy is null ? null : At("data-blocked-by", finding.BlockedBy),
            E("h4", E("span", Class("pill " + tone), finding.IsSuppressed ? "Suppressed" : finding.Severity.ToString()), " ", Text(ReportWords.Sentence(finding.Title))),
            E("p", Class("origin"), E("code", Text(finding.Code)), finding.Probe is null ? null : $" · found by {Text(finding.Probe)}",
                finding.IsSuppressed ? new object[] { $" · {finding.Severity}, suppressed by ", E("code", Text(finding.SuppressedBy)) } : null, BlockedBy(finding), Explains(finding)),
            Body(finding));
    }

    private object? BlockedBy(ConsulFinding finding) => finding.BlockedBy is null ? null : new object[] { " · follows from ", Link(finding.BlockedBy) };

    private object? Explains(ConsulFinding finding)
    {
        var consequences = diagnosis.Findings.Where(other => other.BlockedBy == finding.Code).ToArray();
        return consequences.Length == 0 ? null : new object[] { " · explains ", consequences.Select((other, index) => new object?[] { index == 0 ? null : ", ", Link(other.Code) }) };
    }

    private XElement Link(string code) => diagnosis.Findings.Any(finding => finding.Code == code)
        ? E("a", At("href", "#" + Anchor(code)), E("code", Text(code)))
        : E("code", Text(code));

    private string Anchor(ConsulFinding finding) => Anchor(finding.Code);

    // A code from a file that was read back may be anything; an address may not.
    private string Anchor(string code) => prefix + "finding-" + Uri.EscapeDataString(Text(code));

    private static object?[] Body(ConsulFinding finding) =>
    [
        E("p", Text(finding.Cause)),
        finding.Evidence.Count == 0 ? null : new object[] { E("p", Class("label"), "What was seen"), Values(finding.Evidence) },
        E("p", Class("label"), "What to do"),
        E("p", Text(finding.Remedy)),
        // One click or tap selects all of it.
        finding.Command is null ? null : E("pre", Class("command"), At("tabindex", "0"), At("aria-label", "Command"), E("code", Text(finding.Command))),
    ];

    private static XElement Values(IDictionary values) =>
        E("dl", Class("values"), ReportWords.Pairs(values).Select(pair => E("div", pair.Value.Length > LongestBesideAnother ? Class("long") : null, E("dt", pair.Name), E("dd", pair.Value.Length > LongestWithoutScrolling ? new object[] { Class("tall"), At("tabindex", "0"), At("aria-label", pair.Name) } : null, pair.Value))));

    private XElement? Latencies()
    {
        var times = ReportWords.Latencies(diagnosis).ToArray();
        return times.Length < 2 ? null : Block("latency", "Latency", HtmlLatency.Bars(times));
    }

    private XElement Configuration() => E("div", Class("scroll"), At("tabindex", "0"), At("role", "region"), At("aria-labelledby", $"{prefix}configuration-heading"),
        E("table", Class("rows"),
            E("thead", E("tr", new[] { "Setting", "Value", "From", "Overruled" }.Select(name => E("th", At("scope", "col"), name)))),
            E("tbody", diagnosis.Configuration.Select(setting => E("tr",
                E("th", At("scope", "row"), Text(setting.Name)),
                E("td", setting.Value is null ? E("span", Class("none"), "not set") : Text(setting.Value)),
                E("td", Class("from"), Text(setting.Source)),
                E("td", Text(string.Join(", ", setting.Shadowed))))))));
}
