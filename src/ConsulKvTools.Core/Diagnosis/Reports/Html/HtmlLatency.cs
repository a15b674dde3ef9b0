using System.Xml.Linq;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>How long the steps took: as bars for one diagnosis, as dots over time for several.</summary>
internal static class HtmlLatency
{
    private const int BarHeight = 18;
    private const int PlotHeight = 56;
    private const int Margin = 8;

    /// <summary>A bar a step, all on one axis.</summary>
    public static XElement Bars(IReadOnlyList<(string Name, TimeSpan Time)> times)
    {
        var scale = new TimeScale(times.Max(step => step.Time));
        return E("table", Class("plots"),
            E("tbody", times.Select(step => E("tr",
                E("th", At("scope", "row"), Text(step.Name)),
                E("td", Class("plot"), E("svg", At("role", "img"), At("width", "100%"), At("height", BarHeight), At("aria-label", $"{Text(step.Name)}: {DiagnosisText.Time(step.Time)}"),
                    E("title", $"{Text(step.Name)}: {DiagnosisText.Time(step.Time)}"),
                    E("rect", Class("bar plain"), At("x", "0"), At("y", "4"), At("width", "2"), At("height", BarHeight - 8), At("rx", "1")),
                    E("rect", Class("bar plain"), At("x", "0"), At("y", "4"), At("width", Percent(scale.At(step.Time))), At("height", BarHeight - 8), At("rx", "2")))),
                E("td", Class("time"), DiagnosisText.Time(step.Time))))));
    }

    /// <summary>A plot a step over all diagnoses; null when no step was measured twice.</summary>
    public static XElement? Plots(IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        var measured = diagnoses.SelectMany((diagnosis, index) => ReportWords.Latencies(diagnosis).Append((Name: "Whole diagnosis", Time: diagnosis.Duration)).Select(step => (step.Name, step.Time, Index: index)))
            .GroupBy(step => step.Name).Where(step => step.Count() > 1).OrderBy(step => step.Key == "Whole diagnosis").ToArray();
        return measured.Length == 0 ? null : E("table", Class("plots several"),
            E("thead", E("tr", new[] { "Step", "In order of the diagnoses", "Least", "Median", "Most" }.Select(name => E("th", At("scope", "col"), name)))),
            E("tbody", measured.Select(step => Row(step.Key, step.Select(point => (point.Index, point.Time)).ToArray(), diagnoses))));
    }

    private static XElement Row(string name, (int Index, TimeSpan Time)[] points, IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        var sorted = points.Select(point => point.Time).OrderBy(time => time).ToArray();
        var median = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : TimeSpan.FromTicks((sorted[sorted.Length / 2 - 1].Ticks + sorted[sorted.Length / 2].Ticks) / 2);
        var scale = new TimeScale(sorted[sorted.Length - 1]);
        string X(int index) => Percent((index + 0.5) / diagnoses.Count);
        double Y(TimeSpan time) => Math.Round(PlotHeight - Margin - scale.At(time) * (PlotHeight - 2 * Margin), 1);
        var says = $"{Text(name)}: {Amount.Of(points.Length, "measurement")}, {DiagnosisText.Time(sorted[0])} to {DiagnosisText.Time(sorted[sorted.Length - 1])}, median {DiagnosisText.Time(median)}";
        return E("tr",
            E("th", At("scope", "row"), Text(name)),
            E("td", Class("plot"), E("svg", At("role", "img"), At("width", "100%"), At("height", PlotHeight), At("aria-label", says),
                E("title", says),
                E("line", Class("grid"), At("x1", "0"), At("x2", "100%"), At("y1", PlotHeight - Margin), At("y2", PlotHeight - Margin)),
                E("line", Class("median"), At("x1", "0"), At("x2", "100%"), At("y1", Y(median)), At("y2", Y(median))),
                points.Zip(points.Skip(1), (from, to) => E("line", Class("trend"), At("x1", X(from.Index)), At("y1", Y(from.Time)), At("x2", X(to.Index)), At("y2", Y(to.Time)))),
                points.Select(point => E("circle", Class("dot " + Tone(DiagnosisText.ToneOf(diagnoses[point.Index].Verdict))), At("cx", X(point.Index)), At("cy", Y(point.Time)), At("r", diagnoses.Count > 60 ? "2.5" : "4"),
                    E("title", $"Diagnosis {point.Index + 1}: {DiagnosisText.Time(point.Time)}"))))),
            E("td", Class("time"), DiagnosisText.Time(sorted[0])),
            E("td", Class("time"), DiagnosisText.Time(median)),
            E("td", Class("time"), DiagnosisText.Time(sorted[sorted.Length - 1])));
    }
}
