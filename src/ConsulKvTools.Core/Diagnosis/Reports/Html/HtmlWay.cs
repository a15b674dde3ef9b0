using System.Xml.Linq;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>The probes as a waterfall: each at the time it ran, with what it saw.</summary>
/// <remarks>
/// A table whose rows hold a drawing each, not one drawing: so the words are words, wrap on a phone and are read aloud in order. Places
/// in the drawings are percentages, so they fit any width without distorting what is in them.
/// </remarks>
internal static class HtmlWay
{
    private const int Height = 22;

    public static XElement Of(IReadOnlyList<ProbeResult> probes)
    {
        var scale = new TimeScale(probes.Select(probe => probe.StartedAfter + probe.Duration).DefaultIfEmpty(TimeSpan.Zero).Max());
        return E("table", Class("way"), At("role", "table"),
            E("thead", At("role", "rowgroup"), E("tr", At("role", "row"),
                Head("Probe"), Head("Status"), E("th", At("scope", "col"), At("role", "columnheader"), Class("timeline"), Axis(scale)), E("th", At("scope", "col"), At("role", "columnheader"), Class("time"), "Time"), Head("What it saw"))),
            E("tbody", At("role", "rowgroup"), probes.Select(probe => Row(probe, scale))));
    }

    private static XElement Head(string name) => E("th", At("scope", "col"), At("role", "columnheader"), name);

    private static XElement Row(ProbeResult probe, TimeScale scale)
    {
        var tone = Tone(DiagnosisText.ToneOf(probe.Status));
        var isSkipped = probe.Status == ProbeStatus.Skipped;
        return E("tr", At("role", "row"), Class(tone), At("data-probe", Text(probe.Probe)), At("data-status", probe.Status),
            E("th", At("scope", "row"), At("role", "rowheader"), Class("probe"), Text(probe.Probe), probe.Layer.ToString() == probe.Probe ? null : E("span", Class("of"), $" {probe.Layer}")),
            E("td", At("role", "cell"), Class("status"), E("span", Class("pill " + tone), ReportWords.Status(probe.Status))),
            E("td", At("role", "cell"), Class("timeline"), Bar(probe, scale, tone, isSkipped)),
            E("td", At("role", "cell"), Class("time"), isSkipped ? "" : DiagnosisText.Time(probe.Duration)),
            E("td", At("role", "cell"), Class("saw"), Printable.Text(probe.Summary)));
    }

    private static XElement Axis(TimeScale scale) => E("svg", At("role", "img"), Class("axis"), At("width", "100%"), At("height", "18"), At("aria-label", "Time since the diagnosis began"),
        E("title", "Time since the diagnosis began"),
        scale.Marks.Select(mark => E("text", At("x", Percent(scale.At(mark))), At("y", "13"),
            At("text-anchor", mark == TimeSpan.Zero ? "start" : scale.At(mark) > 0.9 ? "end" : "middle"), mark == TimeSpan.Zero ? "0" : DiagnosisText.Time(mark).Replace(".0 ", " "))));

    private static XElement Bar(ProbeResult probe, TimeScale scale, string tone, bool isSkipped)
    {
        var says = isSkipped
            ? $"{Text(probe.Probe)}: skipped, {Text(probe.Summary)}"
            : $"{Text(probe.Probe)}: {probe.Status}, started after {DiagnosisText.Time(probe.StartedAfter)}, took {DiagnosisText.Time(probe.Duration)}";
        var start = Percent(scale.At(probe.StartedAfter));
        return E("svg", At("role", "img"), At("width", "100%"), At("height", Height), At("aria-label", says),
            E("title", says),
            scale.Marks.Select(mark => E("line", Class("grid"), At("x1", Percent(scale.At(mark))), At("x2", Percent(scale.At(mark))), At("y1", "0"), At("y2", Height))),
            isSkipped
                ? E("line", Class("skipped"), At("x1", "0"), At("x2", "100%"), At("y1", Height / 2), At("y2", Height / 2))
                : new object[]
                {
                    // What took next to nothing is seen too.
                    E("rect", Class("bar " + tone), At("x", start), At("y", "5"), At("width", "3"), At("height", Height - 10), At("rx", "1.5")),
                    E("rect", Class("bar " + tone), At("x", start), At("y", "5"), At("width", Percent(scale.At(probe.StartedAfter + probe.Duration) - scale.At(probe.StartedAfter))), At("height", Height - 10), At("rx", "2")),
                });
    }
}
