using ConsulKvTools.Lab;
using ConsulKvTools.Logs;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Tests.Logs;

/// <summary>Listening to an agent: silence is told from an agent that was never reached.</summary>
public sealed class LogOfAgentTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_was_not_reached_within_the_time_is_an_error()
    {
        using var hole = new FullBacklogListener();
        using var session = LabSessions.Open(hole.Address.ToString(), null, LabSessions.Impatient);
        var search = new LogSearch(new());
        var failed = await Assert.ThrowsAnyAsync<ConsulException>(() => LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromMilliseconds(500), search, Stop));
        Assert.Contains(failed.Finding.Code, new[] { "Tcp.ConnectTimeout", "Http.ConnectionWait", "Http.ResponseTimeout" });
        Assert.Empty(search.Silence);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_ends_before_the_time_is_over_was_not_heard_to_the_end(bool orderly)
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        using var session = LabSessions.Open(agent.AddressText);
        var search = new LogSearch(new());
        var listening = LogOfAgent.ListenAsync(session, ConsulLogLevel.Debug, TimeSpan.FromSeconds(60), search, Stop);
        for (var attempt = 0; attempt < 100 && search.Lines == 0; attempt++) await agent.PutKeyAsync("heard/" + attempt, "x", Stop);
        if (orderly) await agent.StopAsync(Stop);
        else agent.Kill();
        await listening;
        Assert.True(search.Lines > 0);
        Assert.Contains("broke off", Assert.Single(search.Silence), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_an_error_with_its_code()
    {
        using var session = LabSessions.Open("http://127.0.0.1:1", null, LabSessions.Impatient);
        var search = new LogSearch(new());
        var failed = await Assert.ThrowsAnyAsync<ConsulException>(() => LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromSeconds(60), search, Stop));
        Assert.Equal("Tcp.Refused", failed.Finding.Code);
    }

    [Fact]
    public async Task What_was_heard_before_a_break_counts_the_line_without_an_end_too()
    {
        await using var server = new ScriptedConsul();
        const string body = "2026-01-31T08:00:00.000Z [INFO]  agent: a\n2026-01-31T08:00:01.000Z [ERROR] agent: error=\"No cluster leader\"";
        server.On(request => request.Path == "/v1/agent/monitor", _ => ScriptedResponse.WrongLength(body, body.Length + 100));
        using var session = LabSessions.Open(server.Address.ToString());
        var search = new LogSearch(new());
        await LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromSeconds(60), search, Stop);
        Assert.Contains("broke off", Assert.Single(search.Silence), StringComparison.Ordinal);
        Assert.Equal((2, "Cluster.NoLeader"), (search.Lines, search.Findings()[0].Code));
    }

    [Fact]
    public async Task The_last_line_counts_without_a_line_end()
    {
        await using var server = new ScriptedConsul();
        server.On(request => request.Path == "/v1/agent/monitor", _ => server.Reply("2026-01-31T08:00:00.000Z [INFO]  agent: a\n2026-01-31T08:00:01.000Z [ERROR] agent: error=\"No cluster leader\""));
        using var session = LabSessions.Open(server.Address.ToString());
        var search = new LogSearch(new());
        await LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromSeconds(60), search, Stop);
        Assert.Equal((2, "Cluster.NoLeader"), (search.Lines, search.Findings()[0].Code));
    }

    [Fact]
    public async Task An_answer_that_something_ends_before_the_time_is_over_is_told()
    {
        // As a proxy ends it, in good order.
        await using var server = new ScriptedConsul();
        server.On(request => request.Path == "/v1/agent/monitor", _ => server.Reply(new string('x', 1100 * 1024) + " token=abcdef0123456789\n2026-01-31T08:00:00.000Z [ERROR] agent: error=\"No cluster leader\"\n"));
        using var session = LabSessions.Open(server.Address.ToString());
        var search = new LogSearch(new());
        await LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromSeconds(60), search, Stop);
        Assert.Contains("ended its log after", Assert.Single(search.Silence), StringComparison.Ordinal);
        // The end of what is no line is no line either.
        Assert.Equal((1, "Cluster.NoLeader"), (search.Lines, search.Findings()[0].Code));
    }

    [Fact]
    public async Task An_agent_that_writes_nothing_is_silent_and_said_to_be()
    {
        await using var agent = await ConsulAgent.StartAsync(new() { InMemory = true }, Stop);
        using var session = LabSessions.Open(agent.AddressText);
        var search = new LogSearch(new());
        await LogOfAgent.ListenAsync(session, ConsulLogLevel.Error, TimeSpan.FromSeconds(1), search, Stop);
        Assert.StartsWith($"No line came from {session.Address}. A longer -Duration", Assert.Single(search.Silence), StringComparison.Ordinal);
    }
}
