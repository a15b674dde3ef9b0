using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ConsulKvTools.Tests.Reports;

/// <summary>The page: complete in itself, and nothing from outside can be more than text in it.</summary>
public sealed partial class HtmlReportTests
{
    public static TheoryData<string> Names => [.. Samples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_asks_for_nothing_and_runs_nothing(string name)
    {
        var page = Page(name);

        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "embed" or "form" or "base" or "use" or "image" or "foreignObject");
        var attributes = page.Descendants().Attributes().ToArray();
        Assert.All(attributes, attribute => Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName is "style" or "src" or "srcset", attribute.ToString()));
        Assert.All(attributes.Where(attribute => attribute.Name.LocalName == "href"), link => Assert.StartsWith("#", link.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", Style(page), StringComparison.Ordinal);
        Assert.DoesNotContain("@import", Style(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_own_style_sheet_is_allowed_by_its_hash()
    {
        var page = Page("faulty");
        var policy = page.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value;

        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style(page)))), policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        // What an XML writer would escape a browser would not read back within <style>.
        Assert.DoesNotContain(Style(page), letter => letter is '<' or '>' or '&');
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_anchor_leads_somewhere_and_is_there_once(string name)
    {
        var page = Page(name);
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(page.Descendants("a"), link => Assert.Contains(link.Attribute("href")!.Value[1..], ids));
        Assert.All(page.Descendants().Attributes("aria-labelledby"), label => Assert.Contains(label.Value, ids));
        Assert.All(Samples.All[name].SelectMany(diagnosis => diagnosis.Findings), finding => Assert.Contains(ids, id => id.EndsWith("finding-" + finding.Code, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_drawing_says_in_words_what_it_shows(string name) =>
        Assert.All(Page(name).Descendants("svg"), drawing =>
        {
            Assert.Equal("img", drawing.Attribute("role")?.Value);
            Assert.NotEmpty(drawing.Attribute("aria-label")!.Value);
            Assert.NotEmpty(drawing.Element("title")!.Value);
        });

    [Fact]
    public void What_comes_from_outside_is_text_with_its_control_characters_visible()
    {
        var html = DiagnosisReport.Render([Samples.Faulty, Samples.OtherScripts], DiagnosisReportFormat.Html);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("app/&lt;script&gt;alert(1)&lt;/script&gt;\\u001b[31m", html, StringComparison.Ordinal);
        Assert.DoesNotContain(html, letter => char.IsControl(letter) && letter != '\n' || letter is '\u202e' or '\u200b');
        Assert.Contains("\\u202egnp.exe", html, StringComparison.Ordinal);
        Assert.Contains("サーバー1", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_with_its_root_cause_comes_first_with_what_to_do()
    {
        var page = Page("faulty");
        var verdict = page.Descendants("section").First();

        Assert.Equal(("finding-Tcp.Refused", "Tcp.Refused"), ((string?)verdict.Attribute("id"), (string?)verdict.Attribute("data-code")));
        var root = Samples.Faulty.RootCause!;
        Assert.All(new[] { "✗ Faulty", root.Title, root.Cause, root.Remedy, root.Command!, "192.0.2.10:8500", "1.5 ms" }, text => Assert.Contains(text, verdict.Value, StringComparison.Ordinal));
        Assert.Equal("Tcp.Refused", (string?)page.Descendants("article").Single(article => (string?)article.Attribute("data-code") == "Cluster.NoLeader").Attribute("data-blocked-by"));
        var suppressed = page.Descendants("article").Single(article => (string?)article.Attribute("data-suppressed") == "true");
        Assert.Contains("suppressed by Config.TokenInClear=*consul.example*", suppressed.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_probe_stands_in_the_waterfall_where_it_ran()
    {
        var rows = Page("faulty").Descendants("tr").Where(row => row.Attribute("data-probe") is not null).ToDictionary(row => row.Attribute("data-probe")!.Value);
        Assert.Equal(Samples.Faulty.Probes.Select(probe => probe.Probe), rows.Keys);
        var bar = rows["Tcp"].Descendants("rect").Last();
        double Share(string name) => double.Parse(bar.Attribute(name)!.Value.TrimEnd('%'), CultureInfo.InvariantCulture);

        Assert.Equal(5 / 1027.0 * 100, Share("x"), 0.01);
        Assert.Equal(1002 / 1027.0 * 100, Share("width"), 0.01);
        Assert.Equal("bar bad", bar.Attribute("class")!.Value);
        Assert.Empty(rows["Acl"].Descendants("rect"));
        Assert.Contains("not reached: Tcp failed (Tcp.Refused)", rows["Acl"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_diagnoses_have_an_overview_and_plots_of_what_was_measured_twice()
    {
        var page = Page("three");
        var overview = page.Descendants("article").First();

        Assert.Equal(3, page.Descendants("article").Count(article => article.Attribute("data-verdict") is not null));
        Assert.Equal(["#d1", "#d2", "#d3"], overview.Descendants("a").Select(link => link.Attribute("href")!.Value));
        var plots = overview.Descendants("table").Last();
        Assert.Equal(["Name", "HTTP", "Whole diagnosis"], plots.Element("tbody")!.Elements("tr").Select(row => row.Element("th")!.Value));
        Assert.Equal([2, 2, 3], plots.Element("tbody")!.Elements("tr").Select(row => row.Descendants("circle").Count()));
    }

    [Fact]
    public void Words_stand_out_from_their_ground_by_the_measure_of_WCAG_AA()
    {
        var style = Style(Page("faulty"));
        var themes = Theme().Matches(style).Select(block => Colour().Matches(block.Value).ToDictionary(colour => colour.Groups["name"].Value, colour => colour.Groups["value"].Value)).ToArray();
        Assert.Equal(3, themes.Length);
        Assert.All(themes, theme =>
        {
            foreach (var (ink, ground) in new[] { ("ink", "page"), ("ink", "card"), ("ink", "faint"), ("soft", "page"), ("soft", "card"), ("link", "page"), ("link", "card"), ("good", "good-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"), ("dim", "dim-wash") })
                Assert.True(Contrast(theme[ink], theme[ground]) >= 4.5, $"{ink} {theme[ink]} on {ground} {theme[ground]}: {Contrast(theme[ink], theme[ground]):0.00}");
            foreach (var fill in new[] { "good-fill", "bad-fill", "dim-fill", "plain-fill" })
                Assert.True(Contrast(theme[fill], theme["page"]) >= 3, $"{fill} {theme[fill]} on {theme["page"]}: {Contrast(theme[fill], theme["page"]):0.00}");
        });
    }

    [Fact]
    public void Findings_below_the_threshold_are_left_out_but_never_the_root_cause()
    {
        Assert.DoesNotContain("Config.TokenInClear", DiagnosisReport.Render([Samples.Faulty], DiagnosisReportFormat.Html, FindingSeverity.Error), StringComparison.Ordinal);
        Assert.Contains("Config.VerificationOff", DiagnosisReport.Render([Samples.Degraded], DiagnosisReportFormat.Html, FindingSeverity.Error), StringComparison.Ordinal);
    }

    private static XElement Page(string name)
    {
        var html = DiagnosisReport.Render(Samples.All[name], DiagnosisReportFormat.Html);
        Assert.StartsWith("<!DOCTYPE html>\n<html", html, StringComparison.Ordinal);
        return XElement.Parse(html["<!DOCTYPE html>\n".Length..], LoadOptions.PreserveWhitespace);
    }

    private static string Style(XElement page) => page.Descendants("style").Single().Value;

    private static double Contrast(string one, string other)
    {
        var (lighter, darker) = (Math.Max(Luminance(one), Luminance(other)), Math.Min(Luminance(one), Luminance(other)));
        return (lighter + 0.05) / (darker + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int index)
        {
            var share = int.Parse(colour.AsSpan(1 + 2 * index, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Part(0) + 0.7152 * Part(1) + 0.0722 * Part(2);
    }

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Theme();

    [GeneratedRegex("--(?<name>[a-z-]+): (?<value>#[0-9a-f]{6})")]
    private static partial Regex Colour();
}
