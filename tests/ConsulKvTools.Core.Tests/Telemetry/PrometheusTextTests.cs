using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>What a collector reads is what Prometheus' own parser takes, and says what was counted.</summary>
public sealed partial class PrometheusTextTests
{
    private readonly string name = "prom \"quoted\" back\\slash\nline " + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Its_own_tool_finds_nothing_to_say()
    {
        var program = Environment.GetEnvironmentVariable("PROMTOOL_BIN") is { Length: > 0 } given ? given
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(place => Path.Combine(place, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "promtool is not here. Install it (apt-get install prometheus) or set PROMTOOL_BIN to run this test.");
        Count();
        var start = new ProcessStartInfo(program, "check metrics") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var tool = Process.Start(start)!;
        var output = tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.StandardInput.WriteAsync(Text());
        tool.StandardInput.Close();
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, "", ""), (tool.ExitCode, await output, await error));
    }

    [Fact]
    public void Counts_buckets_and_sums_are_what_was_counted()
    {
        Count();
        var lines = Text().Split('\n');
        var labels = "env=\"a\\\"b\",session=\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

        Assert.Contains($"consulkv_writes_total{{{labels},operation=\"Put\",outcome=\"Written\"}} 3", lines);
        Assert.Contains($"consulkv_writes_total{{{labels},operation=\"Put\",outcome=\"Failed\",code=\"Tcp.ConnectionRefused\"}} 1", lines);
        Assert.Contains($"consulkv_write_bytes_total{{{labels},operation=\"Put\"}} 30", lines);
        Assert.Contains($"consulkv_retries_total{{{labels},operation=\"Put\"}} 2", lines);
        Assert.Contains($"consulkv_pending_writes{{{labels}}} 1", lines);
        Assert.Contains($"consulkv_log_lost_lines_total{{{labels}}} 0", lines);
        Assert.Contains($"consulkv_write_duration_seconds_bucket{{{labels},operation=\"Put\",outcome=\"Written\",le=\"0.001\"}} 1", lines);
        Assert.Contains($"consulkv_write_duration_seconds_bucket{{{labels},operation=\"Put\",outcome=\"Written\",le=\"0.0025\"}} 2", lines);
        Assert.Contains($"consulkv_write_duration_seconds_bucket{{{labels},operation=\"Put\",outcome=\"Written\",le=\"60\"}} 2", lines);
        Assert.Contains($"consulkv_write_duration_seconds_bucket{{{labels},operation=\"Put\",outcome=\"Written\",le=\"+Inf\"}} 3", lines);
        Assert.Contains($"consulkv_write_duration_seconds_sum{{{labels},operation=\"Put\",outcome=\"Written\"}} 61.003", lines);
        Assert.Contains($"consulkv_write_duration_seconds_count{{{labels},operation=\"Put\",outcome=\"Written\"}} 3", lines);
        // Two codes of one outcome are one histogram.
        Assert.Single(lines, line => line.StartsWith("consulkv_write_duration_seconds_count", StringComparison.Ordinal) && line.Contains("Failed", StringComparison.Ordinal));
        Assert.Contains($"consulkv_reads_total{{{labels},operation=\"Read\",outcome=\"Missing\"}} 1", lines);
    }

    [Fact]
    public void It_is_the_same_in_every_culture()
    {
        // The tests run without the system's cultures: this one differs from the invariant one in all that numbers are made of.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~", PositiveSign = "p" };
        Count();
        var usual = Text();
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(usual, Text());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.All(usual.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Sound(), line));
    }

    [Theory]
    [InlineData("job", null)]
    [InlineData("_x9", null)]
    [InlineData("", "no name of a label")]
    [InlineData("9x", "no name of a label")]
    [InlineData("a-b", "no name of a label")]
    [InlineData("größe", "no name of a label")]
    [InlineData("a\"} 1\nevil{b=\"", "no name of a label")]
    [InlineData("__name__", "two underscores")]
    [InlineData("le", "have already")]
    [InlineData("session", "have already")]
    public void Names_of_labels_are_checked(string label, string? problem)
    {
        if (problem is null) Assert.Null(PrometheusText.ProblemOf(label));
        else Assert.Contains(problem, PrometheusText.ProblemOf(label)!, StringComparison.Ordinal);
    }

    private string Text() => PrometheusText.Of([new("env", "a\"b")], session => session == name);

    private void Count()
    {
        var metrics = MetricRegistry.Of(name);
        metrics.Reset();
        metrics.Pend(1 - (int)metrics.Pending);
        void Add(ConsulKvOperation operation, ConsulKvMetricOutcome outcome, string? code, double milliseconds, int bytes, int retries) =>
            metrics.Record(operation, outcome, code, TimeSpan.FromMilliseconds(milliseconds), bytes, retries, TimeProvider.System);
        Add(ConsulKvOperation.Put, ConsulKvMetricOutcome.Written, null, 1, 10, 0);
        Add(ConsulKvOperation.Put, ConsulKvMetricOutcome.Written, null, 2, 10, 0);
        Add(ConsulKvOperation.Put, ConsulKvMetricOutcome.Written, null, 61_000, 10, 2);
        Add(ConsulKvOperation.Put, ConsulKvMetricOutcome.Failed, "Tcp.ConnectionRefused", 1, 0, 0);
        Add(ConsulKvOperation.Put, ConsulKvMetricOutcome.Failed, "Dns.NotFound", 1, 0, 0);
        Add(ConsulKvOperation.Read, ConsulKvMetricOutcome.Missing, null, 1, 0, 0);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) consulkv_[a-z_]+ .+|consulkv_[a-z_]+\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\} [0-9.]+)$""")]
    private static partial Regex Sound();
}
