using ConsulKvTools.Http;
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
        var failed = await Assert.ThrowsAsync<ConsulTransportException>(() => LogOfAgent.ListenAsync(session, ConsulLogLevel.None, TimeSpan.FromMilliseconds(500), search, Stop));
        Assert.Contains(failed.Code, new[] { "Tcp.ConnectTimeout", "Http.ConnectionWait", "Http.ResponseTimeout" });
        Assert.Empty(search.Silence);
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
