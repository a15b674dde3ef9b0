using System.Text.Json;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv diagnose</c> with reports, suppressions and thresholds.</summary>
public sealed class ReportTests(AgentFixture fixture) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkv-reports-");

    private string Refusing => $"http://127.0.0.1:{fixture.Agent.Ports.Unused}";

    [Fact]
    public async Task Reports_of_every_form_are_written_beside_the_result()
    {
        var files = new[] { "a.html", "a.md", "a.json", "a.xml" }.Select(Place).ToArray();
        var run = (await fixture.Process().RunAsync(["diagnose", "app/x", "--output", "json", .. files.SelectMany(file => new[] { "--report", file })])).Exits(ExitCode.Healthy);

        Assert.Equal("Healthy", run.Document("diagnosis").GetProperty("verdict").GetString());
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(files[0]), StringComparison.Ordinal);
        Assert.StartsWith("## ✓ Healthy", File.ReadAllText(files[1]), StringComparison.Ordinal);
        Assert.StartsWith("<?xml", File.ReadAllText(files[3]), StringComparison.Ordinal);
        // The very same document, byte for byte.
        Assert.Equal(run.Bytes, await File.ReadAllBytesAsync(files[2], TestContext.Current.CancellationToken));
        Assert.Equal(DiagnosisVerdict.Healthy, DiagnosisJson.Read(run.Output).Verdict);
    }

    [Fact]
    public async Task A_report_whose_name_says_no_form_is_refused_before_anything_is_sent() =>
        Assert.Contains(".html, .md, .json", (await fixture.Process().RunAsync("diagnose", "--report", Place("a.txt"))).Exits(ExitCode.Usage).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_report_that_cannot_be_written_does_not_cost_the_result()
    {
        var run = (await fixture.Process().RunAsync("diagnose", "app/x", "--output", "json", "--report", Place("nowhere/a.md"))).Exits(ExitCode.CouldNotRun);

        Assert.Equal("Healthy", run.Document("diagnosis").GetProperty("verdict").GetString());
        Assert.Contains("its folder does not exist", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suppressed_fault_is_shown_and_does_not_count()
    {
        var run = (await fixture.Process().RunAsync("diagnose", "app/x", "--address", Refusing, "--suppress", "Tcp.*", "--suppress", "Config.*", "--suppress", "Acl.*", "--output", "json")).Exits(ExitCode.Healthy);
        var finding = run.Document("diagnosis").GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("code").GetString() == "Tcp.Refused");
        Assert.Equal("Tcp.*", finding.GetProperty("suppressedBy").GetString());

        (await fixture.Process().RunAsync("diagnose", "app/x", "--address", Refusing, "--suppress", "Tcp.Refused=elsewhere:1")).Exits(ExitCode.Fault);
        Assert.Contains("Tcp.Refused", (await fixture.Process().RunAsync("diagnose", "--suppress", "Tcp.Refusd")).Exits(ExitCode.Usage).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Fault)]
    [InlineData(ExitCode.Fault, "--fail-on", "warning")]
    [InlineData(ExitCode.Healthy, "--fail-on", "error")]
    [InlineData(ExitCode.Healthy, "--allow-degraded")]
    [InlineData(ExitCode.Healthy, "--allow-degraded", "--fail-on", "error")]
    [InlineData(ExitCode.Usage, "--allow-degraded", "--fail-on", "warning")]
    public async Task The_exit_code_is_the_same_in_every_form(int expected, params string[] options)
    {
        string[] line = ["diagnose", "app/x", "--address", fixture.Agent.HttpsAddress!.OriginalString, "--skip-certificate-check", .. options];
        (await fixture.Process().RunAsync(line)).Exits(expected);
        (await fixture.Process().RunAsync([.. line, "--output", "json", "--min-severity", "error", "--report", Place("a.xml")])).Exits(expected);
    }

    [Fact]
    public async Task What_is_below_the_threshold_is_left_out_but_never_the_root_cause()
    {
        var findings = (await fixture.Process().RunAsync("diagnose", "app/x", "--address", Refusing, "--min-severity", "error", "--output", "json")).Exits(ExitCode.Fault).Document("diagnosis").GetProperty("findings");
        Assert.All(findings.EnumerateArray(), finding => Assert.Equal("Error", finding.GetProperty("severity").GetString()));
        Assert.NotEqual(0, findings.GetArrayLength());
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string Place(string name) => Path.Combine(folder.FullName, name);
}
