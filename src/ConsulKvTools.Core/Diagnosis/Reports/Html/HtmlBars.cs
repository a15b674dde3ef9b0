using System.Xml.Linq;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>Bars in a table: the words beside each are the table that a reader of the page without its drawings has.</summary>
internal static class HtmlBars
{
    private const int Height = 18;

    // More letters in a row leave no room for its bar on a phone, which then goes below them.
    private const int MostBeside = 36;

    public static XElement Of(ReportBars bars)
    {
        var whole = Math.Max(bars.Whole ?? 0, bars.Bars.Select(bar => bar.Length).DefaultIfEmpty(0).Max());
        return E("table", Class(bars.Bars.Any(bar => bar.Name.Length + bar.Says.Length > MostBeside) ? "plots stacked" : "plots"),
            E("thead", E("tr", E("th", At("scope", "col"), Text(bars.Label)), E("td"), E("th", At("scope", "col"), Class("time"), Text(bars.Value)))),
            E("tbody", bars.Bars.Select(bar => E("tr",
                E("th", At("scope", "row"), Text(bar.Name)),
                E("td", Class("plot"), Drawing(bar, whole)),
                E("td", Class("time"), Text(bar.Says))))));
    }

    private static XElement Drawing(ReportBar bar, double whole)
    {
        var tone = "bar " + (bar.Tone is { } grave ? Tone(grave) : "plain");
        return E("svg", At("role", "img"), At("width", "100%"), At("height", Height), At("aria-label", $"{Text(bar.Name)}: {Text(bar.Says)}"),
            E("title", $"{Text(bar.Name)}: {Text(bar.Says)}"),
            // Little is seen too, and told apart from nothing.
            bar.Length <= 0 ? null : new object[]
            {
                E("rect", Class(tone), At("x", "0"), At("y", "4"), At("width", "2"), At("height", Height - 8), At("rx", "1")),
                E("rect", Class(tone), At("x", "0"), At("y", "4"), At("width", Percent(bar.Length / whole)), At("height", Height - 8), At("rx", "2")),
            });
    }
}
