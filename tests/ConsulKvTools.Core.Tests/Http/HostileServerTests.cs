using System.Globalization;
using System.IO.Compression;
using System.Text;
using ConsulKvTools.Http;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Http;

/// <summary>A server that lies about lengths, stops in the middle or never stops: a clear error each, never a shorter list.</summary>
public sealed class HostileServerTests : IDisposable
{
    private const string Entry = """{"LockIndex":0,"Key":"app/NUMBER","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":1}""";
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: 1\r\n";

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

    /// <summary>What stands behind a whole first entry, and the words that must say what is wrong with it.</summary>
    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "", "ends in its middle, after 1 " },
        { ",", "ends in its middle, after 1 " },
        { """,{"Key":"app/2",""", "ends in its middle, after 1 " },
        { ",]", "JSON breaks" },
        { "x]", "neither a comma" },
        { Entry, "neither a comma" },
        { "]x", "something follows" },
        { "][]", "something follows" },
        { "]" + Entry, "something follows" },
        { ",null]", "an entry was expected, not null" },
        { ",7]", "an entry was expected, not a number" },
        { ",[]]", "an entry was expected, not a list" },
        { ",\"app/2\"]", "an entry was expected, not a text" },
        { "," + With("\"Key\":\"app/2\",", ""), "has no Key" },
        { "," + With("\"app/2\"", "null"), "has no Key" },
        { "," + With("\"app/2\"", "2"), "Key is a number" },
        { "," + With("\"app/2\"", "\"other/2\""), "other/2 was not asked for" },
        { "," + With("\"app/2\"", "\"app/\\ud800\""), "Key is not valid UTF-8" },
        { "," + With("app/2", "app/\u00ff\u00fe"), "Key is not valid UTF-8" },
        { "," + With("app/2", "app/\t2"), "JSON breaks" },
        { "," + With(",\"Value\":\"dg==\"", ""), "app/2 has no Value" },
        { "," + With("\"dg==\"", "7"), "the Value of app/2 is a number" },
        { "," + With("dg==", "dg="), "the Value of app/2 is not base64" },
        { "," + With("dg==", "d*=="), "the Value of app/2 is not base64" },
        { "," + With("dg==", "dg==dg=="), "the Value of app/2 is not base64" },
        { "," + With("dg==", "_-=="), "the Value of app/2 is not base64" },
        { "," + With("\"Flags\":0", "\"Flags\":-1"), "Flags of app/2 is not a number" },
        { "," + With("\"Flags\":0", "\"Flags\":1.5"), "Flags of app/2 is not a number" },
        { "," + With("\"Flags\":0", "\"Flags\":\"0\""), "Flags of app/2 is not a number" },
        { "," + With("\"Flags\":0", "\"Flags\":null"), "Flags of app/2 is not a number" },
        { "," + With(",\"Flags\":0", ""), "app/2 has no Flags" },
        { "," + With("\"ModifyIndex\":1", "\"ModifyIndex\":18446744073709551616"), "ModifyIndex of app/2 is not a number from 0 to 18446744073709551615" },
        { "," + With("\"ModifyIndex\":1", "\"ModifyIndex\":01"), "JSON breaks" },
        { "," + With(",\"ModifyIndex\":1", ""), "app/2 has no ModifyIndex" },
        { "," + With("\"CreateIndex\":1", "\"CreateIndex\":{}"), "CreateIndex of app/2 is not a number" },
        { "," + With(",\"CreateIndex\":1", ""), "app/2 has no CreateIndex" },
        { "," + With("\"LockIndex\":0,", ""), "app/2 has no LockIndex" },
        { "," + With("\"Flags\":0", "\"Flags\":0,\"Flags\":0"), "Flags stands twice" },
        { "," + With("\"Flags\":0", "\"Flags\":0,\"Key\":\"app/3\""), "Key stands twice" },
        { "," + With("\"Flags\":0", "\"Flags\":0,\"Deep\":" + new string('[', 5000) + new string(']', 5000)), "JSON breaks" },
        { new string(' ', 1_100_000) + "]", "white space" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_list_that_goes_wrong_is_an_error_after_the_entries_before(string rest, string problem)
    {
        // Latin-1, so that a test can send bytes that are no UTF-8.
        server.On("GET", "/v1/kv/", ScriptedResponse.Bytes(Encoding.Latin1.GetBytes("[" + Entry + rest), 200, "X-Consul-Index: 1"));

        var (seen, error) = await ListAsync();

        Assert.Equal(1, seen);
        Assert.Equal("Http.BodyMalformed", error!.Finding.Code);
        Assert.Contains(problem, (string)error.Finding.Evidence["problem"]!, StringComparison.Ordinal);
        FaultMatrix.Add(FaultOrigin.Real, "a list that is no list", error.Finding.Code, "read fails", TimeSpan.Zero);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("  ", "it is empty")]
    [InlineData("null", "it is not a list")]
    [InlineData("true", "it is not a list")]
    [InlineData("{}", "it is not a list")]
    [InlineData(Entry, "it is not a list")]
    [InlineData("<html>welcome</html>", "it is not a list")]
    [InlineData("[", "ends in its middle, after 0 ")]
    [InlineData("[,", "JSON breaks")]
    public async Task A_body_that_is_no_list_is_an_error(string body, string problem)
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Json(body));

        foreach (var (seen, error) in new[] { await ListAsync(), await NamesAsync(), (0, await GetAsync()) })
        {
            Assert.Equal(0, seen);
            Assert.Equal("Http.BodyMalformed", error!.Finding.Code);
            Assert.Contains(problem, (string)error.Finding.Evidence["problem"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[\"app/1\",7]", "a name is a number")]
    [InlineData("[\"app/1\",null]", "a name is null")]
    [InlineData("[\"app/1\",{}]", "a name is an object")]
    [InlineData("[\"app/1\",\"other\"]", "other was not asked for")]
    [InlineData("[\"app/1\",\"app/\\ud800\"]", "a name is not valid UTF-8")]
    [InlineData("[\"app/1\",\"app/2", "ends in its middle, after 1 ")]
    [InlineData("[\"app/1\"]]", "something follows")]
    public async Task Names_that_go_wrong_are_an_error_after_the_names_before(string body, string problem)
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Json(body));

        var (seen, error) = await NamesAsync();

        Assert.Equal(1, seen);
        Assert.Contains(problem, (string)error!.Finding.Evidence["problem"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_sends_the_token_back_does_not_get_it_into_the_error()
    {
        var token = Guid.NewGuid().ToString();
        server.On("GET", "/v1/kv/", ScriptedResponse.Json("[" + Entry.Replace("app/NUMBER", "of " + token, StringComparison.Ordinal) + "]"));
        using var session = LabSessions.Open(server.Address.ToString(), token, LabSessions.Impatient);

        var (_, error) = await ListAsync(session);

        Assert.Contains("was not asked for", error!.Finding.Title, StringComparison.Ordinal);
        Assert.DoesNotContain(token, error + string.Join(' ', error.Finding.Evidence.Values.Cast<object>()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "one entry was expected, not 0")]
    [InlineData("[" + Entry + "," + Entry + "]", "one entry was expected, not 2")]
    [InlineData("[" + Entry + "]", "the entry is that of app/NUMBER, not of app/")]
    public async Task An_answer_about_something_else_is_an_error(string body, string problem)
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Json(body));

        Assert.Contains(problem, (string)(await GetAsync())!.Finding.Evidence["problem"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 100000", "]", "Http.ResponseTruncated")]
    [InlineData("Content-Length: 100000", "," + Entry, "Http.ResponseTruncated")]
    [InlineData("Content-Length: 50", "]", "Http.BodyMalformed")]
    [InlineData("Transfer-Encoding: chunked", "]", "Http.ResponseTruncated")]
    [InlineData("Transfer-Encoding: chunked", "," + Entry, "Http.ResponseTruncated")]
    [InlineData("Connection: close", "," + Entry, "Http.ResponseTruncated")]
    public async Task A_body_that_lies_about_its_length_is_an_error_after_the_entries_that_came(string header, string rest, string code)
    {
        var body = "[" + Entry + rest;
        if (header.EndsWith("chunked", StringComparison.Ordinal)) body = $"{body.Length:x}\r\n{body}\r\n";
        server.On("GET", "/v1/kv/", ScriptedResponse.Raw(Head + header + "\r\n\r\n" + body).ThenClose());

        var (seen, error) = await ListAsync();

        Assert.Equal(code, error!.Finding.Code);
        Assert.Equal(header.EndsWith("50", StringComparison.Ordinal) ? 0 : rest == "]" ? 1 : 2, seen);
        Assert.Equal(seen, Convert.ToInt32(error.Finding.Evidence["count"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_reset_in_the_middle_is_an_error_after_the_entries_that_came()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Raw(Head + "Content-Length: 100000\r\n\r\n[" + Entry + ",").InPieces(10_000, TimeSpan.FromMilliseconds(200)).ThenReset());

        var (seen, error) = await ListAsync();

        Assert.Equal((1, "Http.ResponseTruncated"), (seen, error!.Finding.Code));
    }

    [Fact]
    public async Task An_old_server_that_ends_its_answers_by_closing_is_understood()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Raw("HTTP/1.0 200 OK\r\nX-Consul-Index: 1\r\n\r\n[" + Entry + "," + Entry + "]\n").ThenClose());

        Assert.Equal((2, null), await ListAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    public async Task A_compressed_answer_is_refused_unread(string encoding)
    {
        // A bomb: 64 MiB of zeros in 64 KiB.
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) await zip.WriteAsync(new byte[64 * 1024 * 1024], TestContext.Current.CancellationToken);
        server.On("GET", "/v1/kv/", ScriptedResponse.Bytes(packed.ToArray(), 200, $"Content-Encoding: {encoding}", "X-Consul-Index: 1"));

        foreach (var (seen, error) in new[] { await ListAsync(), await NamesAsync(), (0, await GetAsync()) })
        {
            Assert.Equal((0, "Http.BodyCompressed"), (seen, error!.Finding.Code));
            Assert.Contains(encoding, error.Finding.Title, StringComparison.Ordinal);
        }
        Assert.All(server.Requests, request => Assert.Null(request.Header("Accept-Encoding")));
        FaultMatrix.Add(FaultOrigin.Real, "a proxy that packs every answer with gzip", "Http.BodyCompressed", "read fails", TimeSpan.Zero);
    }

    [Fact]
    public async Task Headers_without_end_are_an_error()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated("HTTP/1.1 200 OK", () => Forever("X-More: more of it\r\n")));
        server.On("GET", "/v1/kv/", ScriptedResponse.Raw("HTTP/1.1 200 OK\r\nX-One: " + new string('x', 200_000)).ThenSilence());

        Assert.Equal("Http.HeadersTooLarge", (await GetAsync())!.Finding.Code);
        Assert.Equal("Http.HeadersTooLarge", (await ListAsync()).Error!.Finding.Code);
    }

    [Fact]
    public async Task An_element_without_end_is_cut_off_and_its_memory_given_back()
    {
        var piece = new string('A', 64 * 1024);
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated(Head + "Connection: close\r\n",
            () => Forever(piece, "[" + Entry + "," + Entry[..Entry.IndexOf("dg==", StringComparison.Ordinal)])));

        var (seen, error) = await ListAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((1, "Http.BodyTooLarge"), (seen, error!.Finding.Code));
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up_though_it_is_never_silent()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated(Head + "Connection: close\r\n", Drip));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = TimeSpan.FromSeconds(1) });

        var (seen, error) = await ListAsync(session);

        Assert.Equal((1, "Http.ResponseStalled"), (seen, error!.Finding.Code));
        Assert.InRange(Convert.ToInt32(error.Finding.Evidence["size"], CultureInfo.InvariantCulture), 1, ConsulExchange.LeastProgress);
        FaultMatrix.Add(FaultOrigin.Real, "an answer that comes a byte at a time", error.Finding.Code, "read fails", TimeSpan.Zero);

        static IEnumerable<byte[]> Drip()
        {
            yield return Encoding.UTF8.GetBytes("[" + Entry + ",");
            while (true)
            {
                Thread.Sleep(20);
                yield return " "u8.ToArray();
            }
        }
    }

    [Fact]
    public async Task A_reader_that_takes_its_time_is_no_stall()
    {
        // More than the sockets between hold, so that the body is still on its way while nobody reads.
        const int Count = 200_000;
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated(Head + "Connection: close\r\n", () => List(Count)));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = TimeSpan.FromSeconds(2) });
        var seen = 0;

        await foreach (var piece in new KvReader(session).ListPiecesAsync("app/", ConsulConsistency.Default, (_, _) => { }, TestContext.Current.CancellationToken))
        {
            if (seen == 0) await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            seen += piece.Length;
        }

        Assert.Equal(Count, seen);
    }

    [Fact]
    public async Task A_million_entries_need_no_more_memory_than_a_few()
    {
        const int Count = 1_000_000;
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated(Head + "Connection: close\r\n", () => List(Count)));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = TimeSpan.FromSeconds(60) });
        var live = new List<long>();
        var seen = 0;

        await foreach (var piece in new KvReader(session).ListPiecesAsync("app/", ConsulConsistency.Default, (_, _) => { }, TestContext.Current.CancellationToken))
        {
            if (seen / 50_000 != (seen + piece.Length) / 50_000) live.Add(GC.GetTotalMemory(forceFullCollection: true));
            seen += piece.Length;
        }

        Assert.Equal(Count, seen);
        // Other tests run beside this one: what they hold comes and goes, but does not grow with our entries, of which the last 900,000 would be 250 MB.
        Assert.InRange(live.Skip(15).Min() - live.Take(5).Min(), long.MinValue, 20_000_000);
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

    private static string With(string part, string other) => Entry.Replace("NUMBER", "2", StringComparison.Ordinal).Replace(part, other, StringComparison.Ordinal) + "]";

    private static IEnumerable<byte[]> Forever(string piece, string first = "")
    {
        yield return Encoding.UTF8.GetBytes(first);
        var bytes = Encoding.UTF8.GetBytes(piece);
        while (true) yield return bytes;
    }

    private static IEnumerable<byte[]> List(int count)
    {
        const int Together = 500;
        for (var number = 0; number < count; number += Together)
        {
            var entries = string.Join(",", Enumerable.Range(number, Together).Select(each => Entry.Replace("NUMBER", each.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
            yield return Encoding.UTF8.GetBytes((number == 0 ? "[" : ",") + entries);
        }
        yield return "]"u8.ToArray();
    }

    private async Task<ConsulException?> GetAsync()
    {
        using var session = Open();
        return await Record.ExceptionAsync(() => new KvReader(session).GetAsync("app/", ConsulConsistency.Default, TestContext.Current.CancellationToken)) as ConsulException;
    }

    private async Task<(int Seen, ConsulException? Error)> NamesAsync()
    {
        using var session = Open();
        return await CountAsync(new KvReader(session).NamesAsync("app/", null, ConsulConsistency.Default, (_, _) => { }, TestContext.Current.CancellationToken));
    }

    private async Task<(int Seen, ConsulException? Error)> ListAsync(TimeSpan? attempt = null)
    {
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = attempt ?? LabSessions.Impatient.AttemptTimeout });
        return await ListAsync(session);
    }

    private static Task<(int Seen, ConsulException? Error)> ListAsync(ConsulKvSession session) =>
        CountAsync(new KvReader(session).ListAsync("app/", ConsulConsistency.Default, (_, _) => { }, TestContext.Current.CancellationToken));

    private static async Task<(int Seen, ConsulException? Error)> CountAsync<T>(IAsyncEnumerable<T> elements)
    {
        var seen = 0;
        try
        {
            await foreach (var _ in elements) seen++;
            return (seen, null);
        }
        catch (ConsulException error)
        {
            return (seen, error);
        }
    }
}
