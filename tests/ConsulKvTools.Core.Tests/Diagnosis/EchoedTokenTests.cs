using System.Globalization;
using System.Text;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Reports;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Diagnosis;

/// <summary>A server or gateway that gives back the token it was sent: what is shown of its answer does not.</summary>
public sealed class EchoedTokenTests
{
    private const string Uuid = "7f3a9c1e-52b4-4d08-9e6f-0c2d8b417a55";
    private const string Plain = "legacy secret+1";

    [Theory]
    [InlineData(Uuid, 500, "oops you sent {0}", "Http.ServerError")]
    [InlineData(Plain, 500, "oops you sent {0}", "Http.ServerError")]
    [InlineData(Uuid, 403, "Permission denied for {0}", "Acl.PermissionDenied")]
    [InlineData(Plain, 403, "Permission denied for {0}", "Acl.PermissionDenied")]
    [InlineData(Plain, 418, "you sent {1}", "Http.UnexpectedStatus")]
    [InlineData(Plain, 200, "you sent {0}", "Http.NotConsul")]
    [InlineData(Plain, 500, "X-Consul-Token: anothersecret77", "Http.ServerError")]
    public async Task Neither_result_nor_diagnosis_nor_report_repeats_it(string token, int status, string body, string code)
    {
        var echo = string.Format(CultureInfo.InvariantCulture, body, token, Convert.ToBase64String(Encoding.UTF8.GetBytes(token)));
        using var server = new ScriptedHttpServer();
        server.On(_ => true, ScriptedResponse.Text(echo, status, $"Server: gate/{token}"));
        server.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\""));
        using var session = LabSessions.Open(server.Address.ToString(), token, LabSessions.Impatient);

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);
        var written = string.Join('\n', result.Code, result.Message, result.Finding?.Title, result.Finding is null ? "" : Values(result.Finding));
        var diagnosis = await Diagnoser.RunAsync(session, new DiagnosisRequest { Key = "app/x" }, null, TestContext.Current.CancellationToken);

        Assert.True(result.Code == code || result.Finding?.Code == code || diagnosis.Findings.Any(finding => finding.Code == code), written + "\n" + Diagnose.Text(diagnosis));
        foreach (var shown in new[] { written, Diagnose.Text(diagnosis) }.Concat(Enum.GetValues<DiagnosisReportFormat>().Select(form => DiagnosisReport.Render([diagnosis], form))))
            foreach (var secret in new[] { token, Convert.ToBase64String(Encoding.UTF8.GetBytes(token)), "anothersecret77" })
                Assert.DoesNotContain(secret, shown, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(Uuid)]
    [InlineData(Plain)]
    public async Task What_answers_instead_of_Consul_does_not_show_it_either(string token)
    {
        using var server = new ScriptedHttpServer();
        server.On(_ => true, ScriptedResponse.Html($"<p>{token} at the gate</p>", 404, $"Server: gate/{token}", $"Via: 1.1 {token}"));

        var diagnosis = await Diagnose.RunAsync(server.Address, token);

        Diagnose.Names("Http.NotConsul", diagnosis);
        Assert.Contains("gate", Diagnose.Text(diagnosis), StringComparison.Ordinal);
        foreach (var form in Enum.GetValues<DiagnosisReportFormat>()) Assert.DoesNotContain(token, DiagnosisReport.Render([diagnosis], form), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, Diagnose.Text(diagnosis), StringComparison.OrdinalIgnoreCase);
    }

    private static string Values(ConsulFinding finding) => string.Join('\n', finding.Evidence.Values.Cast<object?>());
}
