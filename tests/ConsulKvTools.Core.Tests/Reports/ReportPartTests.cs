using System.Xml.Linq;
using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Tests.Reports;

/// <summary>Parts of a report that are no diagnoses: shown by the forms that can, refused by the others, searched for secrets like the rest.</summary>
public sealed class ReportPartTests
{
    private const string Hostile = "app/<script>alert(1)</script>|`x`";

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(0, 2)]
    public void A_page_shows_them_behind_the_diagnoses_under_one_first_heading(int diagnoses, int parts)
    {
        var page = Html(Enumerable.Repeat(Samples.Faulty, diagnoses).ToArray(), Enumerable.Repeat(new Part(), parts).ToArray());

        Assert.Equal(parts, page.Descendants("article").Count(article => article.Attribute("data-kind") is not null));
        Assert.Single(page.Descendants("h1"));
        Assert.Equal("data-kind", page.Descendants("article").Last().Attributes().Last().Name);
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(page.Descendants().Attributes("aria-labelledby"), label => Assert.Contains(label.Value, ids));
    }

    [Fact]
    public void Every_kind_of_block_is_on_the_page_and_every_drawing_says_what_it_shows()
    {
        var page = Html([], [new Part()]);

        Assert.Equal(["Words", "Values", "Table", "Bars", "Plot"], page.Descendants("h2").Select(heading => heading.Value));
        Assert.Contains(page.Descendants("p"), paragraph => paragraph.Value == "Some words.");
        Assert.Contains(page.Descendants("dd"), value => value.Value == "Its value");
        Assert.Contains(page.Descendants("code"), code => code.Value.Contains("<script>", StringComparison.Ordinal));
        Assert.NotEmpty(page.Descendants("polygon"));
        Assert.All(page.Descendants("svg").Where(drawing => drawing.Attribute("aria-hidden") is null), drawing => Assert.NotEmpty(drawing.Element("title")!.Value));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "style" or "src" || attribute.Value.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public void Markdown_holds_every_block_and_nothing_of_it_is_markup()
    {
        var text = DiagnosisReport.Render([], [new Part()], DiagnosisReportFormat.Markdown);

        foreach (var expected in new[] { "## ✓ Fine: All is well.", "### Words", "| Name | Value |", "| `` app/<script>alert(1)</script>\\|`x` `` |", "| Longer | 3 |", "grows from 1 to 3" })
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DiagnosisReportFormat.Json)]
    [InlineData(DiagnosisReportFormat.JUnit)]
    public void A_form_without_a_place_for_them_refuses(DiagnosisReportFormat form)
    {
        var refused = Assert.ThrowsAny<ConsulException>(() => DiagnosisReport.Render([Samples.Faulty], [new Part()], form));
        Assert.Equal("Request.Invalid", refused.Finding.Code);
        Assert.Contains("sample", refused.Finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_the_parts_session_stops_the_report()
    {
        var refused = Assert.ThrowsAny<ConsulException>(() => DiagnosisReport.Render([], [new Part { Secrets = new SecretPrints(["app/<script>alert"]) }], DiagnosisReportFormat.Markdown));
        Assert.Equal("Report.HoldsSecret", refused.Finding.Code);
    }

    private static XElement Html(ConsulDiagnosis[] diagnoses, IReportPart[] parts)
    {
        var html = DiagnosisReport.Render(diagnoses, parts, DiagnosisReportFormat.Html);
        return XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
    }

    private sealed class Part : IReportPart
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public SecretPrints Secrets { get; init; } = SecretPrints.None;

        public ReportSection Section => new("sample", Hostile, DiagnosisTone.Good, "✓ Fine", "All is well.", [("Taken", "today")],
        [
            new ReportText("Words", "Some words."),
            new ReportValues("Values", [("A name", "Its value")]),
            new ReportTable("Table", [new("Key", ReportColumnStyle.Code), new("Bytes", ReportColumnStyle.Number)], [new([Hostile, "12"], DiagnosisTone.Bad)]),
            new ReportBars("Bars", "Name", "Length", [new("Short", 0, "0"), new("Longer", 3, "3", DiagnosisTone.Warning)]),
            new ReportPlot("Plot", "It grows from 1 to 3.", [(Start, 1), (Start.AddDays(1), 3)], value => $"{value}")
            {
                Expected = [(Start.AddDays(1), 3, 2, 4), (Start.AddDays(2), 5, 3, 7)],
                Limit = 6,
            },
        ]);
    }
}
