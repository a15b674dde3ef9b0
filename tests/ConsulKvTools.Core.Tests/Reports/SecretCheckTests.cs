using System.Net;
using System.Reflection;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Reports;

/// <summary>No report with a secret of its session is ever put in place.</summary>
public sealed class SecretCheckTests : IDisposable
{
    private const string Token = "7f3a9c1e-52b4-4d08-9e6f-0c2d8b417a55";
    private const string Password = "pa&ss \"w<ör>d/+?";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-secrets-");

    public static TheoryData<string> Forms => new(
        Token, Token.ToUpperInvariant(), Token.Replace("-", "", StringComparison.Ordinal), $"X-Consul-Token: {Token}\r\n", $"/v1/kv/a?token={Token}&raw", Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)),
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x:" + Token)), "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ab:" + Token + "tail")), Convert.ToHexString(Encoding.UTF8.GetBytes(Token)), Token[..24] + "…", "…" + Token[^22..],
        Password, Uri.EscapeDataString(Password), WebUtility.UrlEncode(Password), WebUtility.HtmlEncode(Password), System.Text.Json.JsonEncodedText.Encode(Password).ToString(), Convert.ToBase64String(Encoding.UTF8.GetBytes("operator:" + Password)));

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_planted_secret_stops_every_report_and_is_not_repeated(string planted)
    {
        var diagnosis = await DiagnoseAsync();
        var finding = ConsulFinding.Create("Http.NotConsul", ("text", $"before {planted} after"));
        foreach (var (where, holding) in new[]
        {
            ("findings[0].evidence.text", diagnosis with { Findings = [finding] }),
            ("facts.echo", diagnosis with { Facts = Samples.Values(("Echo", planted)) }),
            ("a name", diagnosis with { Facts = Samples.Values((planted, 1)) }),
            ("probes[0].summary", diagnosis with { Probes = [diagnosis.Probes[0] with { Summary = planted }, .. diagnosis.Probes.Skip(1)] }),
            ("key", diagnosis with { Key = planted }),
        })
            foreach (var ending in new[] { "html", "md", "json", "xml" })
            {
                var file = Path.Combine(folder.FullName, "report." + ending);
                var refused = Assert.ThrowsAny<ConsulException>(() => DiagnosisReport.Save([Samples.Healthy, holding], file));
                Assert.Equal("Report.HoldsSecret", refused.Finding.Code);
                Assert.Contains("diagnosis 2, ", refused.Finding.Title, StringComparison.Ordinal);
                Assert.Contains(where, refused.Finding.Title, StringComparison.Ordinal);
                Assert.DoesNotContain(planted.Trim(), refused.ToString(), StringComparison.Ordinal);
                Assert.Empty(folder.EnumerateFileSystemInfos());
            }
    }

    [Fact]
    public async Task What_holds_none_is_written()
    {
        var diagnosis = await DiagnoseAsync();
        foreach (var ending in new[] { "html", "md", "json", "xml" })
            Assert.True(DiagnosisReport.Save([diagnosis], Path.Combine(folder.FullName, "report." + ending)).Exists);
        Assert.Contains("searched for the session’s secrets", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_lost_or_stands_in_a_file_counts_too()
    {
        var key = Path.Combine(folder.FullName, "key.pem");
        var line = Convert.ToBase64String(Enumerable.Range(7, 48).Select(number => (byte)(number * 5)).ToArray());
        await File.WriteAllTextAsync(key, $"-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n", TestContext.Current.CancellationToken);
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://127.0.0.1:1", Token = new ConsulSecret(Token) }, null,
            new Dictionary<string, string> { ["CONSUL_HTTP_TOKEN"] = "lost-4711-lost", ["CONSUL_CLIENT_KEY"] = key, ["HTTPS_PROXY"] = "http://me:proxy%2Bword@proxy.example:3128" });

        foreach (var secret in new[] { "lost-4711-lost", line, "proxy+word", "proxy%2Bword", "me:proxy+word" })
            Assert.ThrowsAny<ConsulException>(() => DiagnosisReport.Render([diagnosis with { Key = $"a{secret}b" }], DiagnosisReportFormat.Json));
        Assert.NotEmpty(DiagnosisReport.Render([diagnosis with { Key = "-----BEGIN PRIVATE KEY-----" }], DiagnosisReportFormat.Json));
    }

    [Fact]
    public async Task A_password_that_is_a_common_word_does_not_forbid_every_report()
    {
        var diagnosis = await Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://127.0.0.1:1", Token = new ConsulSecret("anonymous") }, null, new Dictionary<string, string> { ["CONSUL_HTTP_AUTH"] = "a:consul" });

        Assert.NotEmpty(DiagnosisReport.Render([diagnosis], DiagnosisReportFormat.Html));
    }

    [Fact]
    public async Task A_diagnosis_holds_no_secret_in_any_field()
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var texts = new List<string>();
        Collect(await DiagnoseAsync(), seen, texts, 0);

        Assert.True(texts.Count > 100, $"{texts.Count} texts");
        Assert.DoesNotContain(texts, text => text.Contains(Token, StringComparison.Ordinal) || text.Contains(Password, StringComparison.Ordinal) || text.Contains("w<ör>d", StringComparison.Ordinal));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static Task<ConsulDiagnosis> DiagnoseAsync() =>
        Diagnose.RunAsync(new ConsulSessionOptions { Address = "http://127.0.0.1:1", Token = new ConsulSecret(Token) }, null, new Dictionary<string, string> { ["CONSUL_HTTP_AUTH"] = "operator:" + Password });

    private static void Collect(object? value, HashSet<object> seen, List<string> texts, int depth)
    {
        if (value is null or Type or Delegate or Pointer || depth > 40) return;
        if (value is string text) { texts.Add(text); return; }
        if (value.GetType().IsPrimitive || !(value.GetType().IsValueType || seen.Add(value))) return;
        if (value is Array array) { foreach (var item in array) Collect(item, seen, texts, depth + 1); return; }
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                if (!field.FieldType.IsPointer) Collect(field.GetValue(value), seen, texts, depth + 1);
    }
}
