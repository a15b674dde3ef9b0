using ConsulKvTools.Diagnosis;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Reports;

/// <summary>A finding that is known stays visible and counts no more.</summary>
public sealed class SuppressionTests
{
    private static readonly Uri Unused = new("http://127.0.0.1:1");

    [Theory]
    [InlineData("Tcp.Refused", true)]
    [InlineData("tcp.refused", true)]
    [InlineData("Tcp.*", true)]
    [InlineData("*", true)]
    [InlineData("Tls.*", false)]
    [InlineData("Tcp.Refused=http://consul.example:8500", true)]
    [InlineData("Tcp.Refused=CONSUL.example:8500", true)]
    [InlineData("Tcp.Refused=*.example*", true)]
    [InlineData("Tcp.Refused=consul.example", false)]
    [InlineData("Tcp.Refused=app/a=b", true)]
    [InlineData("Tcp.Refused=App/a=b", false)]
    [InlineData("Tcp.Refused=app/?=b", true)]
    [InlineData("Tcp.Refused=other", false)]
    public void A_suppression_matches_code_and_target(string text, bool expected) =>
        Assert.Equal(expected, FindingSuppression.Parse(text).Matches(ConsulFinding.Create("Tcp.Refused"), "http://consul.example:8500", "app/a=b"));

    [Theory]
    [InlineData("Tcp.Refusd", "Tcp.Refused")]
    [InlineData("PermissionDenied=app/x", "Acl.PermissionDenied")]
    [InlineData("Nonsense.*", "no finding 'Nonsense.*'")]
    [InlineData("", "is no suppression")]
    [InlineData("=x", "is no suppression")]
    [InlineData("Tcp.Refused=", "is no suppression")]
    public void A_slip_is_refused_with_what_was_meant(string text, string expected)
    {
        var refused = Assert.ThrowsAny<ConsulException>(() => FindingSuppression.Parse(text));
        Assert.Equal("Request.Invalid", refused.Finding.Code);
        Assert.Contains(expected, refused.Finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suppressed_fault_is_shown_and_decides_nothing()
    {
        var plain = await RunAsync();
        Assert.Equal(("Tcp.Refused", DiagnosisVerdict.Faulty), (plain.RootCause?.Code, plain.Verdict));

        var known = await RunAsync([.. plain.Findings.Where(finding => finding.Severity > FindingSeverity.Info).Select(finding => finding.Code + "=127.0.0.1:1")]);
        Assert.Equal((null, DiagnosisVerdict.Healthy), (known.RootCause, known.Verdict));
        var finding = Assert.Single(known.Findings, finding => finding.Code == "Tcp.Refused");
        Assert.Equal((true, "Tcp.Refused=127.0.0.1:1"), (finding.IsSuppressed, finding.SuppressedBy));
        Assert.All(known.Probes.SelectMany(probe => probe.Findings).Where(seen => seen.Code == "Tcp.Refused"), seen => Assert.True(seen.IsSuppressed));
        var text = string.Join("\n", DiagnosisText.Lines(known, new DiagnosisTextStyle()));
        Assert.Contains("Nothing stands in the way of the write but what is suppressed.", text, StringComparison.Ordinal);
        Assert.Contains("  – Tcp.Refused: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suppression_of_another_address_changes_nothing_and_is_known_as_unused()
    {
        FindingSuppression[] other = [FindingSuppression.Parse("Tcp.Refused=127.0.0.1:2"), FindingSuppression.Parse("Tcp.*")];
        var diagnosis = await Diagnose.RunAsync(Unused, null, new DiagnosisRequest { Suppressions = [other[0]] });

        Assert.Equal("Tcp.Refused", diagnosis.RootCause?.Code);
        Assert.Equal([other[0]], other.Unused(diagnosis));
    }

    [Fact]
    public void To_suppress_a_warning_does_not_hide_the_error_it_would_explain()
    {
        var setting = ConsulFinding.Create("Config.AddrNoPort");
        var refused = ConsulFinding.Create("Tcp.Refused");

        Assert.Equal("Config.AddrNoPort", RootCause.Order([refused, setting])[0].Code);
        var ordered = RootCause.Order([refused, setting with { SuppressedBy = "Config.*" }]);
        Assert.Equal(["Tcp.Refused", "Config.AddrNoPort"], ordered.Select(finding => finding.Code));
        Assert.Null(ordered[0].BlockedBy);
    }

    private static Task<ConsulDiagnosis> RunAsync(params string[] suppressions) =>
        Diagnose.RunAsync(Unused, null, new DiagnosisRequest { Suppressions = [.. suppressions.Select(text => FindingSuppression.Parse(text))] });
}
