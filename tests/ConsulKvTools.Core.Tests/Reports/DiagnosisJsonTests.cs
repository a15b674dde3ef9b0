using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Reports;

/// <summary>A diagnosis as JSON: what is written is what the schema says, and it can be read back.</summary>
[Collection(AclAgentTests.Name)]
public sealed class DiagnosisJsonTests(AclAgentFixture fixture)
{
    private static readonly string Docs = Path.Combine(RepositoryFiles.Root, "docs");

    public static TheoryData<string> Names => ["Healthy", "Degraded", "Faulty"];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_read_back(string name)
    {
        var written = Sample(name);
        var read = DiagnosisJson.Read(DiagnosisJson.Write(written));

        Assert.Equal(DiagnosisJson.Write(written), DiagnosisJson.Write(read));
        Assert.Equal((written.Target, written.Key, written.Verdict, written.StartedAt, written.StartedAt.Offset, written.Duration),
            (read.Target, read.Key, read.Verdict, read.StartedAt, read.StartedAt.Offset, read.Duration));
        Assert.Equal(written.RootCause?.Code, read.RootCause?.Code);
        Assert.Equal(written.Probes.Select(probe => (probe.Probe, probe.Layer, probe.Status, probe.Summary, probe.StartedAfter, probe.Duration)),
            read.Probes.Select(probe => (probe.Probe, probe.Layer, probe.Status, probe.Summary, probe.StartedAfter, probe.Duration)));
        Assert.Equal(written.Configuration.Select(setting => $"{setting} {string.Join(",", setting.Shadowed)}"), read.Configuration.Select(setting => $"{setting} {string.Join(",", setting.Shadowed)}"));
        Assert.Equal(written.Findings.Select(finding => finding with { Evidence = null! }), read.Findings.Select(finding => finding with { Evidence = null! }));
        if (read.RootCause is not null) Assert.Same(read.Findings[0], read.RootCause);
    }

    [Fact]
    public void Values_come_back_with_their_kind()
    {
        var facts = DiagnosisJson.Read(DiagnosisJson.Write(Samples.Healthy)).Facts;

        Assert.Equal(new[] { "192.0.2.10", "2001:db8::10" }, Assert.IsType<string[]>(facts["Addresses"]));
        Assert.Equal(TimeSpan.FromTicks(12_3457), facts["NameTime"]);
        Assert.Equal(3, facts["Servers"]);
        Assert.Equal(true, facts["MayWrite"]);
        Assert.Equal(0.25, facts["Load"]);
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero), facts["NotAfter"]);
        Assert.Equal(ulong.MaxValue, DiagnosisJson.Read(DiagnosisJson.Write(Samples.Healthy)).Probes[^1].Facts["Index"]);
        Assert.True(facts.IsReadOnly);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_999)]
    [InlineData(79_1234)]
    [InlineData(864_000_000_001)]
    [InlineData(long.MaxValue)]
    public void A_duration_comes_back_to_the_tick(long ticks)
    {
        var duration = TimeSpan.FromTicks(ticks);
        var read = DiagnosisJson.Read(DiagnosisJson.Write(Samples.Healthy with { Duration = duration, Facts = Samples.Values(("took", duration)) }));

        Assert.Equal(duration, read.Duration);
        Assert.Equal(duration, read.Facts["took"]);
    }

    [Fact]
    public void What_JSON_cannot_say_is_written_as_text()
    {
        var json = DiagnosisJson.Write(Samples.Healthy with { Facts = Samples.Values(("nothing", double.NaN), ("kind", DayOfWeek.Friday), ("inner", new Hashtable { ["A"] = 1 }), ("text", "\u0000\u2028\ud800")) });
        var facts = DiagnosisJson.Read(json).Facts;

        Assert.Equal("NaN", facts["nothing"]);
        Assert.Equal("Friday", facts["kind"]);
        Assert.Equal(1, Assert.IsType<IDictionary>(facts["inner"], exactMatch: false)["a"]);
        Assert.StartsWith("\u0000\u2028", Assert.IsType<string>(facts["text"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_diagnoses_are_an_array()
    {
        var all = DiagnosisJson.ReadAll(DiagnosisJson.Write([Samples.Healthy, Samples.Faulty]));

        Assert.Equal([DiagnosisVerdict.Healthy, DiagnosisVerdict.Faulty], all.Select(diagnosis => diagnosis.Verdict));
        Assert.Empty(DiagnosisJson.ReadAll("[]"));
        Assert.Equal(Samples.Healthy.Target, DiagnosisJson.Read(DiagnosisJson.Write([Samples.Healthy])).Target);
        Assert.Contains("2 diagnoses", Refusal(DiagnosisJson.Write([Samples.Healthy, Samples.Faulty])), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_members_a_byte_order_mark_and_missing_newer_members_do_no_harm()
    {
        var document = JsonNode.Parse(DiagnosisJson.Write(Samples.Faulty))!;
        document["newer"] = new JsonObject { ["a"] = 1 };
        document["probes"]![0]!["newer"] = 1;
        foreach (var finding in document["findings"]!.AsArray()) finding!.AsObject().Remove("suppressedBy");

        Assert.Equal(DiagnosisVerdict.Faulty, DiagnosisJson.Read("\uFEFF" + document).Verdict);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("not json", "line 1, byte")]
    [InlineData("{\"a\":1}", "JSON of something else")]
    [InlineData("7", "is no object")]
    [InlineData("{\"document\":\"write\",\"version\":1}", "kind 'write'")]
    [InlineData("{\"document\":\"diagnosis\"}", "has no member \"version\"")]
    [InlineData("{\"document\":\"diagnosis\",\"version\":2}", "newer ConsulKvTools")]
    [InlineData("{\"document\":\"diagnosis\",\"version\":1}", "has no member \"findings\"")]
    [InlineData("[{\"document\":\"diagnosis\",\"version\":\"1\"}]", "[0].version is no whole number")]
    public void What_is_no_diagnosis_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Refusal(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("/probes/3/status", "\"Good\"", "probes[3].status is 'Good', not one of Passed")]
    [InlineData("/probes/2/durationMs", "\"long\"", "probes[2].durationMs is no number of milliseconds")]
    [InlineData("/probes/2/durationMs", "1e28", "probes[2].durationMs is longer than any duration")]
    [InlineData("/probes/2/findings/0", "\"Acl.Unheard\"", "names a finding that is not in the list")]
    [InlineData("/findings/1/title", "null", "findings[1].title is null")]
    [InlineData("/findings", "{}", "findings is no list")]
    [InlineData("/facts", "[]", "facts is no object")]
    [InlineData("/startedAt", "\"yesterday\"", "startedAt is no moment")]
    [InlineData("/verdict", "\"faulty\"", "verdict is 'faulty'")]
    public void What_is_wrong_is_named_with_its_place(string place, string value, string reason)
    {
        var document = JsonNode.Parse(DiagnosisJson.Write(Samples.Faulty))!;
        var steps = place.Split('/')[1..];
        var at = steps[..^1].Aggregate(document, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        if (int.TryParse(steps[^1], out var last)) at[last] = JsonNode.Parse(value);
        else at[steps[^1]] = JsonNode.Parse(value);

        Assert.Contains(reason, Refusal(document.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_cut_off_anywhere_is_refused()
    {
        var whole = DiagnosisJson.Write(Samples.Degraded).TrimEnd();
        for (var length = 0; length < whole.Length; length += 37) Refusal(whole[..length]);
    }

    [Fact]
    public async Task Real_diagnoses_fit_the_schema_and_come_back()
    {
        var healthy = await Diagnose.RunAsync(fixture.Agent.Address, fixture.Agent.ManagementToken);
        var denied = await Diagnose.RunAsync(fixture.Agent.Address);
        var unreached = await Diagnose.RunAsync(new Uri("http://127.0.0.1:1"));
        var unusable = await Diagnose.RunAsync(new ConsulSessionOptions { Address = "ftp://127.0.0.1" });

        foreach (var diagnosis in new[] { healthy, denied, unreached, unusable })
        {
            var json = DiagnosisJson.Write(diagnosis);
            Assert.Empty(Schema(closed: true).Problems(json));
            Assert.Equal(json, DiagnosisJson.Write(DiagnosisJson.Read(json)));
        }
        Assert.Empty(Schema(closed: true).Problems(DiagnosisJson.Write([healthy, denied])));
    }

    [Fact]
    public void The_schema_refuses_what_is_no_diagnosis()
    {
        Assert.NotEmpty(Schema().Problems("{}"));
        foreach (var (broken, with) in new[] { ("\"verdict\": \"Faulty\"", "\"verdict\": \"Bad\""), ("\"version\": 1", "\"version\": 2"), ("\"durationMs\": 1027", "\"durationMs\": \"1\""), ("\"target\"", "\"goal\""), ("\"Tcp.Refused\"", "\"refused\"") })
        {
            var json = DiagnosisJson.Write(Samples.Faulty);
            Assert.Contains(broken, json, StringComparison.Ordinal);
            Assert.NotEmpty(Schema().Problems(json.Replace(broken, with, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_schema_knows_every_word()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs, "diagnosis.schema.json")));
        var kinds = schema.RootElement.GetProperty("$defs");
        string[] Words(string kind, string member) => [.. (member.Length == 0 ? kinds.GetProperty(kind) : kinds.GetProperty(kind).GetProperty("properties").GetProperty(member)).GetProperty("enum").EnumerateArray().Select(word => word.GetString()!)];

        Assert.Equal(Enum.GetNames<DiagnosisVerdict>(), Words("diagnosis", "verdict"));
        Assert.Equal(Enum.GetNames<FindingSeverity>(), Words("finding", "severity"));
        Assert.Equal(Enum.GetNames<ProbeStatus>(), Words("probe", "status"));
        Assert.Equal(Enum.GetNames<ConsulLayer>(), Words("layer", ""));
    }

    [Fact]
    public void The_pinned_sample_is_what_is_written()
    {
        var file = Path.Combine(RepositoryFiles.Root, "tests", "ConsulKvTools.Core.Tests", "Reports", "diagnosis.sample.json");
        // Texts of the catalogue may be reworded; the shape may not.
        var sample = Samples.Faulty with { RootCause = Worded(Samples.Faulty.RootCause!), Findings = [.. Samples.Faulty.Findings.Select(Worded)] };
        if (Environment.GetEnvironmentVariable("CONSULKVTOOLS_WRITE_DOCS") == "1") File.WriteAllText(file, DiagnosisJson.Write(sample));

        Assert.True(File.ReadAllText(file) == DiagnosisJson.Write(sample),
            "The document's shape changed. If only members were added, run the tests once with CONSULKVTOOLS_WRITE_DOCS=1, commit the sample and describe the members in docs/diagnosis-schema.md; else the version has to grow.");
        Assert.Empty(Schema(closed: true).Problems(File.ReadAllText(file)));
        Assert.Equal(3, DiagnosisJson.Read(File.ReadAllText(file)).Findings.Count);
    }

    [Fact]
    public void Every_member_of_the_schema_is_described()
    {
        var page = File.ReadAllText(Path.Combine(Docs, "diagnosis-schema.md"));
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs, "diagnosis.schema.json")));
        foreach (var kind in schema.RootElement.GetProperty("$defs").EnumerateObject())
            if (kind.Value.TryGetProperty("properties", out var members))
                Assert.All(members.EnumerateObject(), member => Assert.Contains($"`{member.Name}`", page, StringComparison.Ordinal));
    }

    private static ConsulFinding Worded(ConsulFinding finding) =>
        finding with { Title = "title", Cause = "cause", Remedy = "remedy", Command = finding.Command is null ? null : "command" };

    private static ConsulDiagnosis Sample(string name) => name switch { "Healthy" => Samples.Healthy, "Degraded" => Samples.Degraded, _ => Samples.Faulty };

    private static SchemaCheck Schema(bool closed = false) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(Docs, "diagnosis.schema.json"))).RootElement) { Closed = closed };

    private static string Refusal(string json)
    {
        var refused = Assert.ThrowsAny<ConsulException>(() => DiagnosisJson.ReadAll(json) is [var one] ? one : DiagnosisJson.Read(json));
        Assert.Equal("Report.Unreadable", refused.Finding.Code);
        return refused.Finding.Title;
    }
}
