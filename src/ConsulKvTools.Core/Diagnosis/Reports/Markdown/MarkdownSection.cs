using System.Text;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Markdown.MarkdownText;

namespace ConsulKvTools.Diagnosis.Reports.Markdown;

/// <summary>A part of the report that is no diagnosis.</summary>
internal static class MarkdownSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(StringBuilder page, ReportSection section)
    {
        page.Append($"## {Text(section.Badge)}: {Text(section.Sentence)}\n\n{Text(section.Kind)} of {Code(section.Title)}");
        foreach (var (name, value) in section.Meta) page.Append($", {Text(name.ToLowerInvariant())} {Code(value)}");
        page.Append(".\n\n");
        foreach (var block in section.Blocks)
        {
            page.Append($"### {Text(block.Heading)}\n\n");
            Content(page, block);
            page.Append('\n');
        }
    }

    private static void Content(StringBuilder page, ReportBlock block)
    {
        switch (block)
        {
            case ReportText text:
                page.Append(string.Join("\n\n", text.Paragraphs.Select(Text))).Append('\n');
                break;
            case ReportValues values:
                Table(page, [new("Name"), new("Value", ReportColumnStyle.Code)], values.Values.Select(pair => new ReportRow([pair.Name, pair.Value])));
                break;
            case ReportTable table:
                Table(page, table.Columns, table.Rows);
                break;
            case ReportBars bars:
                Table(page, [new(bars.Label), new(bars.Value, ReportColumnStyle.Number)], bars.Bars.Select(bar => new ReportRow([bar.Name, bar.Says])));
                break;
            case ReportPlot plot:
                // A chat draws nothing; what is drawn from stands in a table of the section.
                page.Append(Text(plot.Description)).Append('\n');
                break;
            default:
                throw new InvalidOperationException($"Markdown does not show {block.GetType().Name}.");
        }
    }

    private static void Table(StringBuilder page, IReadOnlyList<ReportColumn> columns, IEnumerable<ReportRow> rows)
    {
        page.Append($"| {string.Join(" | ", columns.Select(column => Text(column.Name)))} |\n| {string.Join(" | ", columns.Select(column => column.Style == ReportColumnStyle.Number ? "---:" : "---"))} |\n");
        foreach (var row in rows) page.Append($"| {string.Join(" | ", row.Cells.Select((cell, index) => columns[index].Style == ReportColumnStyle.Code ? Code(cell) : Text(cell)))} |\n");
    }
}
