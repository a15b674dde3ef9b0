namespace ConsulKvTools.Tests.Reports;

public sealed class MarkdownReportTests
{
    [Fact]
    public void The_first_line_is_the_verdict_with_its_reason()
    {
        Assert.StartsWith("## ✗ Faulty: Nothing listens at consul.example:8500.\n", Render(Samples.Faulty), StringComparison.Ordinal);
        Assert.StartsWith("## ✓ Healthy: Nothing stands in the way of the write.\n", Render(Samples.Healthy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("healthy")]
    [InlineData("faulty")]
    [InlineData("many-findings")]
    [InlineData("other-scripts")]
    [InlineData("three")]
    public void Every_row_has_as_many_cells_as_its_table(string name)
    {
        var cells = 0;
        foreach (var line in DiagnosisReport.Render(Samples.All[name], DiagnosisReportFormat.Markdown).Split('\n'))
        {
            if (!line.StartsWith('|')) { cells = 0; continue; }
            var bars = line.Replace("\\|", "", StringComparison.Ordinal).Count(letter => letter == '|');
            if (cells == 0) cells = bars;
            Assert.Equal(cells, bars);
        }
    }

    [Fact]
    public void It_says_what_was_seen_what_to_do_and_what_counts_no_more()
    {
        var text = Render(Samples.Faulty);
        Assert.All(new[] { "**Root cause `Tcp.Refused`** (Transport).", "- Address: `192.0.2.10:8500`", "**What to do:**", "```\nss -ltnp | grep 8500\n```", "| Acl | Acl | – Skipped |  |  | not reached: Tcp failed (Tcp.Refused) |", "follows from `Tcp.Refused`", "**suppressed** by `Config.TokenInClear=*consul.example*`" },
            part => Assert.Contains(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_comes_from_outside_is_no_markup_no_mention_and_no_link()
    {
        var text = DiagnosisReport.Render([Samples.OtherScripts], DiagnosisReportFormat.Markdown);
        var outsideCode = System.Text.RegularExpressions.Regex.Replace(text, @"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)", "");

        Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter != '\n' || letter is '\u202e' or '\u200b');
        Assert.All(new[] { "<b>", "@user", " #12", "https://evil" }, markup => Assert.DoesNotContain(markup, outsideCode, StringComparison.Ordinal));
    }

    [Fact]
    public void Backticks_in_a_value_do_not_end_its_code()
    {
        var finding = ConsulFinding.Create("Http.NotConsul", ("text", "a``b`"), ("empty", "")) with { Command = "echo ```" };
        var text = Render(Samples.Faulty with { RootCause = finding, Findings = [finding] });

        Assert.Contains("- Text: ``` a``b` ```", text, StringComparison.Ordinal);
        Assert.Contains("````\necho ```\n````", text, StringComparison.Ordinal);
    }

    private static string Render(ConsulDiagnosis diagnosis) => DiagnosisReport.Render([diagnosis], DiagnosisReportFormat.Markdown);
}
