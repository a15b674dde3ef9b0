using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace ConsulKvTools.Tests.Reports;

public sealed class JUnitReportTests
{
    public static TheoryData<string> Names => [.. Samples.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_valid_and_its_totals_are_right(string name)
    {
        var report = Read(Samples.All[name]);
        var schemas = new XmlSchemaSet();
        using (var schema = XmlReader.Create(Path.Combine(RepositoryFiles.Root, "tests", "ConsulKvTools.Core.Tests", "Reports", "junit.xsd"))) schemas.Add(null, schema);
        var problems = new List<string>();
        new XDocument(report).Validate(schemas, (_, problem) => problems.Add(problem.Message));

        Assert.Empty(problems);
        Assert.Equal(Samples.All[name].Count, report.Elements("testsuite").Count());
        foreach (var (kind, attribute) in new[] { ("failure", "failures"), ("error", "errors"), ("skipped", "skipped"), ("testcase", "tests") })
        {
            Assert.All(report.Elements("testsuite"), suite => Assert.Equal(suite.Descendants(kind).Count(), (int)suite.Attribute(attribute)!));
            if (attribute != "skipped") Assert.Equal(report.Descendants(kind).Count(), (int)report.Attribute(attribute)!);
        }
    }

    [Fact]
    public void Each_probe_is_a_case_that_ends_as_it_did()
    {
        var cases = Read([Samples.Faulty]).Descendants("testcase").ToDictionary(test => (string)test.Attribute("name")!);

        Assert.Equal(Samples.Faulty.Probes.Select(probe => probe.Probe), cases.Keys);
        var failure = cases["Tcp"].Element("failure")!;
        Assert.Equal(("Tcp.Refused", "Nothing listens at consul.example:8500"), ((string)failure.Attribute("type")!, (string)failure.Attribute("message")!));
        Assert.Contains("What to do: " + Samples.Faulty.RootCause!.Remedy, failure.Value, StringComparison.Ordinal);
        Assert.Equal("not reached: Tcp failed (Tcp.Refused)", (string)cases["Acl"].Element("skipped")!.Attribute("message")!);
        Assert.NotNull(cases["Cluster"].Element("error"));
        Assert.Null(cases["Name"].Element("failure"));
        Assert.Equal("1.002", (string)cases["Tcp"].Attribute("time")!);
        Assert.Equal("consul.example", (string)Read([Samples.Faulty]).Element("testsuite")!.Attribute("hostname")!);
    }

    [Fact]
    public void A_fault_that_is_suppressed_fails_no_case()
    {
        var known = Samples.Faulty.RootCause! with { SuppressedBy = "Tcp.*" };
        var suite = Read([Samples.Faulty with { RootCause = null, Verdict = DiagnosisVerdict.Healthy, Findings = [known] }]).Element("testsuite")!;

        Assert.Equal("0", (string)suite.Attribute("failures")!);
        Assert.Equal("suppressed: Tcp.Refused by Tcp.*", (string)suite.Elements("testcase").Single(test => (string)test.Attribute("name")! == "Tcp").Element("skipped")!.Attribute("message")!);
    }

    [Fact]
    public void A_faulty_diagnosis_always_fails_a_case()
    {
        // A setting that explains an error weighs as much, though its probe only warned; and a finding may come from no probe at all.
        var setting = ConsulFinding.Create("Config.AddrNoPort") with { Probe = "Configuration", Severity = FindingSeverity.Error };
        var other = ConsulFinding.Create("Cluster.NoLeader") with { Probe = null };

        Assert.All(new[] { setting, other }, finding => Assert.Equal(1, (int)Read([Samples.Healthy with { Verdict = DiagnosisVerdict.Faulty, RootCause = finding, Findings = [finding] }]).Attribute("failures")!));
    }

    private static XElement Read(IReadOnlyList<ConsulDiagnosis> diagnoses)
    {
        var report = DiagnosisReport.Render(diagnoses, DiagnosisReportFormat.JUnit);
        Assert.StartsWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>", report, StringComparison.Ordinal);
        using var reader = XmlReader.Create(new StringReader(report), new XmlReaderSettings { CheckCharacters = true });
        var root = XElement.Load(reader);
        Assert.All(root.Descendants().Attributes("time"), time => Assert.True(decimal.Parse(time.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) >= 0));
        return root;
    }
}
