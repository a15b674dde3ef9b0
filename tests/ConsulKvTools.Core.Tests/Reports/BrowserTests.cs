using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Reports;
using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Diagnosis.Reports.Sections;

namespace ConsulKvTools.Tests.Reports;

/// <summary>The page in a real browser: it shows what it holds, complains about nothing, asks for nothing, and fits a phone.</summary>
public sealed partial class BrowserTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-report-");

    [Theory]
    [InlineData("faulty")]
    [InlineData("three")]
    [InlineData("other-scripts")]
    public async Task A_page_is_shown_without_a_complaint_or_a_request(string name)
    {
        Assert.SkipWhen(Chromium.Executable is null, "There is no Chromium on this machine.");
        var file = Path.Combine(folder.FullName, name + ".html");
        var log = Path.Combine(folder.FullName, "net.json");
        DiagnosisReport.Save(Samples.All[name], file);
        using var browser = new Chromium();
        var (dom, errors) = await browser.RunAsync(new Uri(file), "--dump-dom", $"--log-net-log={log}");

        Assert.Equal(Samples.All[name].Sum(diagnosis => diagnosis.Probes.Count), dom.Split("data-probe=").Length - 1);
        Assert.Contains("<svg", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", dom, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("CONSOLE", errors, StringComparison.Ordinal);
        // Every request that a page makes has a URL in the browser's own log; a favicon, a font or an image would stand there.
        var asked = Url().Matches(await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken)).Select(match => match.Groups[1].Value).Where(url => !url.StartsWith("file:", StringComparison.Ordinal) && !BrowsersOwn().IsMatch(url)).Distinct();
        Assert.Empty(asked);
    }

    [Fact]
    public async Task The_test_would_see_a_complaint()
    {
        Assert.SkipWhen(Chromium.Executable is null, "There is no Chromium on this machine.");
        var file = Path.Combine(folder.FullName, "planted.html");
        var page = DiagnosisReport.Render([Samples.Healthy], DiagnosisReportFormat.Html).Replace("<main", "<script>document.title='ran'</script><p style=\"color:red\">x</p><img src=\"http://127.0.0.1:9/x.png\"/><main", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, page, TestContext.Current.CancellationToken);
        using var browser = new Chromium();
        var (dom, errors) = await browser.RunAsync(new Uri(file), "--dump-dom");

        // The page's own policy stops all three, and the browser says so.
        Assert.DoesNotContain("<title>ran", dom, StringComparison.Ordinal);
        Assert.Contains("CONSOLE", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("faulty")]
    [InlineData("long-evidence")]
    [InlineData("many-findings")]
    [InlineData("other-scripts")]
    [InlineData("three")]
    public async Task Nothing_is_wider_than_a_phone(string name)
    {
        await FitsAsync(DiagnosisReport.Render(Samples.All[name], DiagnosisReportFormat.Html), "scrollWidth", "documentElement");
    }

    [Fact]
    public async Task Bars_with_long_words_beside_them_are_not_wider_than_a_phone()
    {
        ReportSection section = new("sample", "Title", DiagnosisTone.Good, "Fine", "All is well.", [],
            [new ReportBars("Limits", "Limit", "Used", [new("One prefix in one transaction, operations", 0.6, "58.2 KiB of 512 KiB (11.4 %)")], 1)]);
        await FitsAsync(DiagnosisReport.Render([], [new Part(section)], DiagnosisReportFormat.Html), "scrollWidth", "querySelector('.plots').parentElement");
    }

    private async Task FitsAsync(string report, string width, string element)
    {
        Assert.SkipWhen(Chromium.Executable is null, "There is no Chromium on this machine.");
        var page = Path.Combine(folder.FullName, "page.html");
        var frame = Path.Combine(folder.FullName, "frame.html");
        // The report itself runs no script, so it is measured without its policy from a frame as wide as a phone.
        var html = Policy().Replace(report, "")
            .Replace("</body>", $"<script>document.title = (document.{element}.{width} <= document.{element}.clientWidth) + ' in ' + window.innerWidth; parent.postMessage(document.title, '*');</script></body>", StringComparison.Ordinal);
        await File.WriteAllTextAsync(page, html, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(frame, "<body><iframe src='page.html' width='360' height='640' style='border:0'></iframe><p id='wide'></p><script>onmessage = told => document.getElementById('wide').textContent = told.data;</script>", TestContext.Current.CancellationToken);
        using var browser = new Chromium();
        var (dom, _) = await browser.RunAsync(new Uri(frame), "--dump-dom", "--allow-file-access-from-files", "--virtual-time-budget=5000");

        Assert.Contains("true in 360", dom, StringComparison.Ordinal);
    }

    private sealed record Part(ReportSection Section) : IReportPart
    {
        public SecretPrints Secrets => SecretPrints.None;
    }

    public void Dispose() => folder.Delete(recursive: true);

    [GeneratedRegex("\"url\":\"([^\"]+)\"")]
    private static partial Regex Url();

    // Component updates and the like, which the browser does for itself whatever it shows.
    [GeneratedRegex(@"^(chrome|devtools|data|about|blob)|^https?://([a-z0-9-]+\.)*(google|googleapis|gvt1|gstatic)\.com(:\d+)?/", RegexOptions.IgnoreCase)]
    private static partial Regex BrowsersOwn();

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();
}
