using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Http;

/// <summary>A server that lies about lengths, stops in the middle or never stops: a clear error each, never a shorter list.</summary>
public sealed class HostileServerTests : IDisposable
{
    private const string Entry = """{"LockIndex":0,"Key":"app/NUMBER","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":1}""";

    private readonly ScriptedHttpServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task A_list_that_ends_early_is_an_error_after_the_entries_that_came()
    {
        var list = "[" + string.Join(",", Enumerable.Range(0, 1000).Select(number => Entry.Replace("NUMBER", number.ToString()))) + "]";
        server.On("GET", "/v1/kv/", ScriptedResponse.Truncated(list, list.Length / 2));

        var (seen, error) = await ListAsync();

        Assert.InRange(seen, 1, 999);
        Assert.Equal("Http.ResponseTruncated", error!.Finding.Code);
    }

    [Theory]
    [InlineData("""[{"Key":"a","Value":null},{"Key":"b",""", 1)]
    [InlineData("""[{"Key":"a","Value":null}""", 1)]
    [InlineData("""[{"Value":"dg=="}]""", 0)]
    [InlineData("""[{"Key":"a","Value":"not base64!"}]""", 0)]
    [InlineData("""[{"Key":"a","Flags":-1}]""", 0)]
    [InlineData("""{"Key":"a"}""", 0)]
    [InlineData("""["a","b"]""", 0)]
    [InlineData("<html>welcome</html>", 0)]
    [InlineData("", 0)]
    public async Task A_list_that_is_no_list_is_an_error(string body, int whole)
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Json(body));

        var (seen, error) = await ListAsync();

        Assert.Equal(whole, seen);
        Assert.Equal("Http.BodyMalformed", error!.Finding.Code);
        FaultMatrix.Add(FaultOrigin.Real, "a list that is no list", error.Finding.Code, "read fails", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off()
    {
        server.On("GET", "/v1/kv/app/x", ScriptedResponse.Endless());
        // 64 MiB take a while on a busy machine.
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = TimeSpan.FromSeconds(60) });

        var error = await Assert.ThrowsAsync<ConsulConnectionException>(() => new KvReader(session).GetAsync("app/x", ConsulConsistency.Default, TestContext.Current.CancellationToken));

        Assert.Equal("Http.BodyTooLarge", error.Finding.Code);
        FaultMatrix.Add(FaultOrigin.Real, "an answer without end", error.Finding.Code, "read fails", TimeSpan.Zero);
    }

    [Fact]
    public async Task Entries_come_before_the_last_byte()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Raw(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: 1\r\nContent-Length: 100000\r\n\r\n[" + Entry + ",").ThenSilence());
        using var session = Open();
        using var stop = new CancellationTokenSource();

        await using var entries = new KvReader(session).ListAsync("app/", ConsulConsistency.Default, (_, _) => { }, stop.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.True(await entries.MoveNextAsync());
        Assert.Equal("app/NUMBER", entries.Current.Key);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await entries.MoveNextAsync());
    }

    [Fact]
    public async Task The_token_is_in_a_header_and_never_in_the_url()
    {
        server.On(_ => true, ScriptedResponse.Text("true"));
        var token = Guid.NewGuid().ToString();
        using var session = LabSessions.Open(server.Address.ToString(), token);

        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "app/x" }, TestContext.Current.CancellationToken);

        var request = Assert.Single(server.Requests);
        Assert.Equal(token, request.Header("X-Consul-Token"));
        Assert.DoesNotContain(token[..8], request.Target, StringComparison.Ordinal);
    }

    private ConsulKvSession Open() => LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient);

    private async Task<(int Seen, ConsulException? Error)> ListAsync()
    {
        using var session = Open();
        var seen = 0;
        try
        {
            await foreach (var _ in new KvReader(session).ListAsync("app/", ConsulConsistency.Default, (_, _) => { }, TestContext.Current.CancellationToken)) seen++;
            return (seen, null);
        }
        catch (ConsulException error)
        {
            return (seen, error);
        }
    }
}
