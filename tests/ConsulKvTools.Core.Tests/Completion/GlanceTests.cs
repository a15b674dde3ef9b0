using ConsulKvTools.Completion;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Completion;

/// <summary>A look for the prompt is one request, takes no more than it shows, and leaves no trace in the session.</summary>
public sealed class GlanceTests
{
    [Fact]
    public async Task Hangs_up_once_it_has_what_it_shows()
    {
        await using var server = new ScriptedHttpServer();
        // A list without end: who reads all of it never comes back.
        server.On("GET", "/v1/kv/", ScriptedResponse.Generated("HTTP/1.1 200 OK\r\n\r\n", Endless));
        using var session = SessionOf(server);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var level = await Glance.LevelAsync(session, "many/", _ => true, 100, end.Token);
        Assert.True(level.IsCut);
        Assert.Equal(100, level.Names.Count);
        Assert.Single(server.Requests);

        static IEnumerable<byte[]> Endless()
        {
            yield return "["u8.ToArray();
            for (var number = 0; ; number++) yield return System.Text.Encoding.UTF8.GetBytes($"\"many/{number:d9}\",");
        }
    }

    [Fact]
    public async Task Looks_in_another_letter_case_only_where_nothing_else_fits()
    {
        await using var server = new ScriptedHttpServer();
        server.On(request => request.Path == "/v1/kv/app/CON", ScriptedResponse.Text("", 404, "X-Consul-Index: 1"));
        server.On(request => request.Path == "/v1/kv/app/", ScriptedResponse.Json("""["app/config/","app/other","app/Conf"]"""));
        using var session = SessionOf(server);
        Assert.Equal(["app/config/", "app/Conf"], (await Glance.LevelAsync(session, "app/CON", _ => true, 100, default)).Names);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Asks_nothing_about_what_cannot_be_a_key()
    {
        await using var server = new ScriptedHttpServer();
        using var session = SessionOf(server);
        Assert.Empty((await Glance.LevelAsync(session, "/app", _ => true, 100, default)).Names);
        Assert.Empty((await Glance.LevelAsync(session, "a//b", _ => true, 100, default)).Names);
        Assert.Null(await Glance.EntryAsync(session, "../x", default));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Leaves_no_outage_behind_in_the_session()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/", ScriptedResponse.Reset);
        using var session = SessionOf(server);
        await Assert.ThrowsAnyAsync<Exception>(() => Glance.LevelAsync(session, "a", _ => true, 100, default));
        await Assert.ThrowsAnyAsync<Exception>(() => Glance.LockSessionsAsync(session, default));
        Assert.Null(session.LastOutage);
    }

    private static ConsulKvSession SessionOf(ScriptedHttpServer server) =>
        ConsulKvSession.Create(new ConsulSessionOptions { Address = server.Address.OriginalString }, ConsulEnvironment.Empty);
}
