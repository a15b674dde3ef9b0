using System.Globalization;
using System.Xml.Linq;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>Measurements over time with their forecast, drawn, and beneath it in words.</summary>
/// <remarks>
/// What has a shape lies in an inner drawing that is stretched to the page's width; dots and words lie beside it by percentages, so that a
/// phone shows the same words as large as a screen does.
/// </remarks>
internal sealed class HtmlPlot
{
    private const int Height = 240;
    private const int Top = 18;
    private const int Bottom = 24;
    private const int Inner = 1000;
    private const int Marks = 4;

    // A limit far above would press all the rest flat to the ground; the words tell it then.
    private const double FarAbove = 4;

    private readonly ReportPlot plot;
    private readonly DateTimeOffset first;
    private readonly double span;
    private readonly double top;
    private readonly double step;
    private readonly bool hasLimit;

    private HtmlPlot(ReportPlot plot)
    {
        this.plot = plot;
        var times = plot.Points.Select(point => point.Time).Concat(plot.Expected.Select(point => point.Time)).DefaultIfEmpty(default(DateTimeOffset)).ToArray();
        first = times.Min();
        span = Math.Max(1, (times.Max() - first).TotalSeconds);
        var highest = plot.Points.Select(point => point.Value).Concat(plot.Expected.Select(point => point.High)).DefaultIfEmpty(0).Max();
        hasLimit = plot.Limit is { } limit && limit <= FarAbove * Math.Max(highest, 1);
        if (hasLimit) highest = Math.Max(highest, plot.Limit!.Value);
        step = StepOf(Math.Max(highest, 1) * 1.04 / Marks);
        top = step * Math.Ceiling(Math.Max(highest, 1) * 1.04 / step);
    }

    /// <summary>The drawing, and what it shows in words.</summary>
    public static object[] Of(ReportPlot plot) => [new HtmlPlot(plot).Drawing(), E("p", Class("paragraph"), Text(plot.Description))];

    private XElement Drawing() => E("svg", Class("history"), At("role", "img"), At("width", "100%"), At("height", Height), At("aria-label", Text(plot.Description)),
        E("title", Text(plot.Heading)),
        E("desc", Text(plot.Description)),
        Levels().Select(level => new object[]
        {
            E("line", Class("grid"), At("x1", "0"), At("x2", "100%"), At("y1", Y(level)), At("y2", Y(level))),
        }),
        E("svg", At("x", "0"), At("y", Top), At("width", "100%"), At("height", Height - Top - Bottom), At("viewBox", $"0 0 {Inner} {Inner}"), At("preserveAspectRatio", "none"), At("aria-hidden", "true"),
            plot.Expected.Count < 2 ? null : new object[]
            {
                E("polygon", Class("band"), At("points", Corners(plot.Expected.Select(point => (point.Time, point.High)).Concat(plot.Expected.Reverse().Select(point => (point.Time, point.Low)))))),
                E("polyline", Class("expected"), At("points", Corners(plot.Expected.Select(point => (point.Time, point.Value))))),
            },
            E("polyline", Class("course"), At("points", Corners(plot.Points)))),
        plot.Points.Select(point => E("circle", Class("dot plain"), At("cx", Percent(X(point.Time))), At("cy", Y(point.Value)), At("r", plot.Points.Count > 60 ? "2" : "3.5"),
            E("title", $"{ReportWords.Moment(point.Time)}: {plot.Name(point.Value)}"))),
        hasLimit ? new object[]
        {
            E("line", Class("limit"), At("x1", "0"), At("x2", "100%"), At("y1", Y(plot.Limit!.Value)), At("y2", Y(plot.Limit.Value))),
            E("text", Class("limit"), At("x", "100%"), At("y", Y(plot.Limit.Value) - 4), At("text-anchor", "end"), Text(plot.LimitName)),
        } : null,
        // On top of everything, and with a rim in the page's colour, so that a line that passes leaves them readable.
        Levels().Select(level => E("text", Class("mark"), At("x", "0"), At("y", Y(level) - 3), plot.Name(level))),
        Enumerable.Range(0, Marks).Select(index => E("text", Class("mark"), At("x", Percent(index / (Marks - 1d))), At("y", Height - 6),
            At("text-anchor", index == 0 ? "start" : index == Marks - 1 ? "end" : "middle"), Moment(first.AddSeconds(span * index / (Marks - 1))))));

    private IEnumerable<double> Levels()
    {
        for (var level = 0d; level <= top * 1.0001; level += step) yield return level;
    }

    private double X(DateTimeOffset time) => (time - first).TotalSeconds / span;

    private double Y(double value) => Math.Round(Top + (1 - Share(value)) * (Height - Top - Bottom), 1);

    private double Share(double value) => Math.Min(1, Math.Max(0, value / top));

    private string Corners(IEnumerable<(DateTimeOffset Time, double Value)> points) =>
        string.Join(" ", points.Select(point => FormattableString.Invariant($"{X(point.Time) * Inner:0.#},{(1 - Share(point.Value)) * Inner:0.#}")));

    private string Moment(DateTimeOffset time) => time.ToString(span < TimeSpan.FromDays(2).TotalSeconds ? "MM-dd HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Of keys round numbers, of bytes round numbers of KiB and MiB: both are 1, 2 or 5 of a power, of ten or of two.
    private double StepOf(double rough)
    {
        var root = plot.IsBinary ? 2 : 10;
        var power = Math.Pow(root, Math.Floor(Math.Log(rough, root) + 1e-9));
        return plot.IsBinary ? (rough > power ? power * 2 : power) : new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(candidate => candidate >= rough * 0.999);
    }
}
