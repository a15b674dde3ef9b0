using System.IO.Compression;
using System.Text;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>What other programs' writes left in a real store; the diagnosis of the key says how they were made.</summary>
public sealed class StoredTraceTests
{
    [Fact]
    public async Task Each_is_named_and_none_where_there_is_none()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var value = Encoding.UTF8.GetBytes("{ \"setting\": 1 }");
        Task<ConsulDiagnosis> DiagnoseAsync(string key) => Diagnose.RunAsync(agent.Address, request: new DiagnosisRequest { Key = key, Value = value });

        await agent.PutKeyAsync("trace/base64", Convert.ToBase64String(value));
        Diagnose.Names("Outcome.Base64Confusion", FaultOrigin.Real, "the value was stored as base64 text", await DiagnoseAsync("trace/base64"));

        await SendAsync(agent, "trace/gzip", Pack(value), chunked: false, "gzip");
        Diagnose.Names("Request.ContentEncodingStored", FaultOrigin.Real, "PUT with Content-Encoding: gzip", await DiagnoseAsync("trace/gzip"));

        await SendAsync(agent, "trace/chunks", new byte[524_289], chunked: true);
        Diagnose.Names("Limit.KvChunkedBypass", FaultOrigin.Real, "512 KiB and a byte sent in chunks", await DiagnoseAsync("trace/chunks"));

        var holder = await agent.CreateLockSessionAsync();
        await agent.SendAsync("PUT", "/v1/kv/trace/locked?acquire=" + holder, "theirs");
        Assert.DoesNotContain((await DiagnoseAsync("trace/locked")).Findings, finding => finding.Code == "Lock.PlainPutIgnoresLock");
        await agent.PutKeyAsync("trace/locked", "past the lock");
        Diagnose.Lists("Lock.PlainPutIgnoresLock", FaultOrigin.Real, "a plain PUT on a locked key", await DiagnoseAsync("trace/locked"));

        await agent.SendAsync("PUT", "/v1/txn", """[{"KV":{"Verb":"set","Key":"/lead","Value":"dg=="}}]""");
        Diagnose.Lists("Txn.LeadingSlashAllowed", FaultOrigin.Real, "a transaction set /lead", await DiagnoseAsync("/lead"));
        Assert.DoesNotContain((await DiagnoseAsync("/other")).Findings, finding => finding.Code == "Txn.LeadingSlashAllowed");

        await agent.PutKeyAsync("trace/same", Encoding.UTF8.GetString(value));
        var same = await DiagnoseAsync("trace/same");
        Diagnose.IsHealthy(same);
        Diagnose.Lists("Outcome.WatcherNotFired", FaultOrigin.Real, "the key holds the value that is to be written", same);

        foreach (var stored in new[] { "", "other", Convert.ToBase64String("something else"u8.ToArray()), "H4sI" })
        {
            await agent.PutKeyAsync("trace/fine", stored);
            Diagnose.IsHealthy(await DiagnoseAsync("trace/fine"));
        }
        await SendAsync(agent, "trace/fine", Pack("something else"u8.ToArray()), chunked: false);
        Diagnose.IsHealthy(await DiagnoseAsync("trace/fine"));
    }

    [Fact]
    public async Task A_restored_snapshot_shows_to_a_session_that_saw_more()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var file = Path.GetTempFileName();
        try
        {
            await agent.PutKeyAsync("app/x", "1");
            Assert.Equal(0, (await agent.RunCliAsync(["snapshot", "save", file])).ExitCode);
            for (var number = 0; number < 20; number++) await agent.PutKeyAsync("app/x", $"later {number}");
            using var session = LabSessions.Open(agent.AddressText);
            await new ConsulKvTools.Kv.KvReader(session).GetAsync("app/x", ConsulConsistency.Default, TestContext.Current.CancellationToken);
            Diagnose.IsHealthy(await RunAsync(session));
            Assert.Equal(0, (await agent.RunCliAsync(["snapshot", "restore", file])).ExitCode);

            Diagnose.Names("Cluster.SnapshotRestored", FaultOrigin.Real, "consul snapshot restore of an older state", await RunAsync(session));
            Diagnose.IsHealthy(await Diagnose.RunAsync(agent.Address));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_program_that_removes_or_overwrites_what_we_write()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var relay = new TcpFaultProxy(agent.HttpAddress!);
        var remove = true;
        relay.CutRequest(request =>
        {
            if (request.Method != "GET" || !request.Path.Contains("consulkvtools-canary", StringComparison.Ordinal)) return false;
            if (remove) agent.Send("DELETE", request.Path);
            else agent.Send("PUT", request.Path, "theirs");
            return false;
        }, afterForwarding: false);
        Task<ConsulDiagnosis> DiagnoseAsync() => Diagnose.RunAsync(relay.Address, request: new DiagnosisRequest { Key = "app/x", CanaryPrefix = "canary" });

        Diagnose.Names("Outcome.DeletedByOther", FaultOrigin.Real, "another program removes the canary before it is read back", await DiagnoseAsync());
        remove = false;
        Diagnose.Names("Outcome.OverwrittenByOther", FaultOrigin.Real, "another program overwrites the canary before it is read back", await DiagnoseAsync());
    }

    private static Task<ConsulDiagnosis> RunAsync(ConsulKvSession session) =>
        ConsulKvTools.Diagnosis.Diagnoser.RunAsync(session, new DiagnosisRequest { Key = "app/x" }, null, TestContext.Current.CancellationToken);

    private static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress)) gzip.Write(plain);
        return packed.ToArray();
    }

    private static async Task SendAsync(ConsulAgent agent, string key, byte[] body, bool chunked, string? encoding = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(agent.Address, "/v1/kv/" + key)) { Content = chunked ? new StreamContent(new MemoryStream(body)) : new ByteArrayContent(body) };
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("true", (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Trim());
    }
}
