using System.Xml.Linq;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>A part of the report that is no diagnosis.</summary>
internal static class HtmlSection
{
    private const int LongestBesideAnother = 60;

    /// <summary>The section.</summary>
    /// <param name="section">What is said.</param>
    /// <param name="number">Its number in the report, from 1 on; 0 when it is alone.</param>
    public static XElement Of(ReportSection section, int number) => E("article", Class("diagnosis part"), At("id", $"s{number}"), At("data-kind", Text(section.Kind)),
        E("header",
            E("p", Class("eyebrow"), Text(section.Kind)),
            E(number == 0 ? "h1" : "h2", Class("target"), Text(section.Title)),
            E("dl", Class("meta"), section.Meta.Select(pair => E("div", E("dt", Text(pair.Name)), E("dd", Text(pair.Value)))))),
        E("section", Class("verdict " + Tone(section.Tone)), At("aria-label", "Summary"),
            E("p", Class("badge " + Tone(section.Tone)), Text(section.Badge)),
            E("p", Class("sentence"), Text(section.Sentence))),
        section.Blocks.Select((block, index) => E("section", Class("block"), At("aria-labelledby", $"s{number}-{index}"),
            E(number == 0 ? "h2" : "h3", Class("heading"), At("id", $"s{number}-{index}"), Text(block.Heading)),
            Content(block, $"s{number}-{index}"))));

    private static object? Content(ReportBlock block, string heading) => block switch
    {
        ReportText text => text.Paragraphs.Select(paragraph => E("p", Class("paragraph"), Text(paragraph))),
        ReportValues values => E("dl", Class("values"), values.Values.Select(pair =>
            E("div", pair.Value.Length > LongestBesideAnother ? Class("long") : null, E("dt", Text(pair.Name)), E("dd", Text(pair.Value))))),
        ReportTable table => Table(table, heading),
        ReportBars bars => HtmlBars.Of(bars),
        ReportPlot plot => HtmlPlot.Of(plot),
        _ => throw new InvalidOperationException($"A page does not show {block.GetType().Name}."),
    };

    private static XElement Table(ReportTable table, string heading) => E("div", Class("scroll"), At("tabindex", "0"), At("role", "region"), At("aria-labelledby", heading), E("table", Class("rows"),
        E("thead", E("tr", table.Columns.Select(column => E("th", At("scope", "col"), ClassOf(column), Text(column.Name))))),
        E("tbody", table.Rows.Select(row => E("tr", row.Cells.Select((cell, index) => Cell(table.Columns[index], cell, index == 0, row.Tone)))))));

    private static XElement Cell(ReportColumn column, string text, bool isFirst, DiagnosisTone? tone)
    {
        object content = column.Style == ReportColumnStyle.Code && text.Length > 0 ? E("code", Text(text)) : Text(text);
        if (isFirst && tone is { } grave) content = E("span", Class("pill " + Tone(grave)), content);
        return isFirst ? E("th", At("scope", "row"), Class("wide"), content) : E("td", ClassOf(column), content);
    }

    private static XAttribute? ClassOf(ReportColumn column) => column.Style == ReportColumnStyle.Number ? Class("time") : null;
}
