using System.Net.Sockets;

namespace ConsulKvTools.Lab;

public sealed class TcpFaultProxyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cutting_after_the_request_stores_the_value_and_cutting_before_does_not()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        await using var proxy = new TcpFaultProxy(agent.Address);
        using var client = Client(proxy);
        Assert.Equal("true", await Put("a", "1"));

        proxy.CutAfterRequest("PUT");
        await Assert.ThrowsAsync<HttpRequestException>(() => Put("a", "2"));
        Assert.Equal("2", await agent.GetKeyAsync("a", Stop));

        proxy.CutBeforeRequest("PUT", nth: 2, reset: true);
        Assert.Equal("true", await Put("a", "3"));
        await Assert.ThrowsAsync<HttpRequestException>(() => Put("a", "4"));
        Assert.Equal("3", await agent.GetKeyAsync("a", Stop));
        Assert.Equal("true", await Put("a", "5"));
        Assert.Equal(5, proxy.Requests.Count);

        async Task<string> Put(string key, string value)
        {
            using var content = new StringContent(value);
            return (await (await client.PutAsync($"/v1/kv/{key}", content, Stop)).Content.ReadAsStringAsync(Stop)).Trim();
        }
    }

    [Fact]
    public async Task Refuses_swallows_resets_delays_and_recovers()
    {
        await using var server = new ScriptedHttpServer();
        server.On("*", "/", ScriptedResponse.Json("1"));
        await using var proxy = new TcpFaultProxy(server.Address);
        using var client = Client(proxy);
        client.Timeout = TimeSpan.FromSeconds(1);
        Assert.Equal("1", await client.GetStringAsync("/", Stop));

        proxy.Refuse();
        Assert.Equal(SocketError.ConnectionRefused, await Failure());
        proxy.Pass();
        Assert.Equal("1", await client.GetStringAsync("/", Stop));

        var before = server.Requests.Count;
        proxy.BlackHole();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStringAsync("/", Stop));
        Assert.Equal(before, server.Requests.Count);

        proxy.Pass();
        Assert.Equal("1", await client.GetStringAsync("/", Stop));
        proxy.DropResponses();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStringAsync("/", Stop));
        Assert.Equal(before + 2, server.Requests.Count);

        proxy.Reset();
        // A reset that comes before HttpClient has looked at the new socket shows as NotConnected, and bare.
        Assert.Contains(await Failure(), (SocketError[])[SocketError.ConnectionReset, SocketError.NotConnected]);

        proxy.Pass();
        proxy.Delay(TimeSpan.FromMilliseconds(300));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await client.GetStringAsync("/", Stop);
        Assert.InRange(clock.ElapsedMilliseconds, 290, 5000);

        async Task<SocketError> Failure()
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(() => client.GetStringAsync("/", Stop));
            return Assert.IsType<SocketException>(error.GetBaseException()).SocketErrorCode;
        }
    }

    [Fact]
    public async Task A_forgotten_connection_hangs_while_a_new_one_works()
    {
        await using var server = new ScriptedHttpServer();
        server.On("*", "/", ScriptedResponse.Json("1"));
        await using var proxy = new TcpFaultProxy(server.Address);
        using var client = Client(proxy);
        client.Timeout = TimeSpan.FromMilliseconds(500);
        await client.GetStringAsync("/", Stop);
        proxy.ForgetConnections();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStringAsync("/", Stop));
        Assert.Equal("1", await client.GetStringAsync("/", Stop));
    }

    private static HttpClient Client(TcpFaultProxy proxy) => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = proxy.Address };
}
