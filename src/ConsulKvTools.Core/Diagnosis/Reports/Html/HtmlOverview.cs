using System.Globalization;
using System.Xml.Linq;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>What stands before several diagnoses: each in one line, how often which verdict, and the latencies side by side.</summary>
internal static class HtmlOverview
{
    public static XElement Of(IReadOnlyList<ConsulDiagnosis> diagnoses) => E("article", Class("overview"),
        E("header",
            E("p", Class("eyebrow"), "Consul KV diagnoses"),
            E("h1", diagnoses.Count.ToString(CultureInfo.InvariantCulture), " diagnoses"),
            E("p", Class("counts"), diagnoses.GroupBy(diagnosis => diagnosis.Verdict).OrderByDescending(verdict => verdict.Key).Select(verdict => new object[]
            {
                E("span", Class("badge " + Tone(DiagnosisText.ToneOf(verdict.Key))), $"{verdict.Count()} × {ReportWords.Verdict(verdict.Key)}"), " ",
            }))),
        E("div", Class("scroll"), At("tabindex", "0"), At("role", "region"), At("aria-label", "Overview"), E("table", Class("rows overview"),
            E("thead", E("tr", new[] { "", "Verdict", "Target and key", "Started", "Took", "Root cause" }.Select(name => E("th", At("scope", "col"), name == "Took" ? Class("time") : null, name)))),
            E("tbody", diagnoses.Select((diagnosis, index) => E("tr",
                E("td", E("a", At("href", $"#d{index + 1}"), At("aria-label", $"Diagnosis {index + 1}"), $"{index + 1}")),
                E("td", E("span", Class("pill " + Tone(DiagnosisText.ToneOf(diagnosis.Verdict))), ReportWords.Verdict(diagnosis.Verdict))),
                E("td", Text(diagnosis.Target), diagnosis.Key is null ? null : new object[] { E("br"), E("code", Text(diagnosis.Key)) }),
                E("td", ReportWords.Moment(diagnosis.StartedAt)),
                E("td", Class("time"), DiagnosisText.Time(diagnosis.Duration)),
                E("td", diagnosis.RootCause is null ? "" : new object[] { E("code", Text(diagnosis.RootCause.Code)), E("br"), Text(diagnosis.RootCause.Title) })))))),
        HtmlLatency.Plots(diagnoses) is { } plots ? new object[] { E("h2", "Latency"), plots } : null);
}
