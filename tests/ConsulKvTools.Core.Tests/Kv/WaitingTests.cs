using System.Diagnostics;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Waiting until a write is seen: by blocking queries, not by asking again and again.</summary>
[Collection(AclAgentTests.Name)]
public sealed class WaitingTests(AclAgentFixture lab)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ConsulConsistency.Default)]
    [InlineData(ConsulConsistency.Consistent)]
    [InlineData(ConsulConsistency.Stale)]
    public async Task A_value_that_is_written_later_is_waited_for(ConsulConsistency consistency)
    {
        using var session = lab.Session();
        var key = $"wait/value-{consistency}";
        var waiting = KvWaiting.UntilAsync(session, key, new KvAwaited(null, "now"u8.ToArray()), consistency, Long, None);

        // Missing, another value, removed, another again: each wakes the wait, none ends it.
        await WriteAsync(session, key, "before");
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Delete }, None);
        await WriteAsync(session, key, "almost");
        Assert.False(waiting.IsCompleted);
        await WriteAsync(session, key, "now");

        var read = await waiting;
        Assert.Equal("now", read.Entry!.Value);
        Assert.Equal(consistency, read.Entry.Consistency);
    }

    [Fact]
    public async Task An_index_is_waited_for_and_one_that_is_there_already_is_not()
    {
        using var session = lab.Session();
        await WriteAsync(session, "wait/index", "1");
        var index = (await new KvReader(session).GetAsync("wait/index", ConsulConsistency.Consistent, None)).Entry!.ModifyIndex;

        Assert.Equal("1", (await KvWaiting.UntilAsync(session, "wait/index", new KvAwaited(index, null), ConsulConsistency.Consistent, Long, None)).Entry!.Value);
        var waiting = KvWaiting.UntilAsync(session, "wait/index", new KvAwaited(index + 1, null), ConsulConsistency.Consistent, Long, None);
        await WriteAsync(session, "wait/index", "2");

        var read = await waiting;
        Assert.Equal("2", read.Entry!.Value);
        Assert.True(read.Entry.ModifyIndex > index);
    }

    [Fact]
    public async Task A_wait_that_ends_in_vain_says_what_was_seen_last()
    {
        using var session = lab.Session();
        await WriteAsync(session, "wait/vain", "secret-of-mine");
        var index = (await new KvReader(session).GetAsync("wait/vain", ConsulConsistency.Consistent, None)).Entry!.ModifyIndex;

        var later = await ExpiresAsync(session, "wait/vain", new KvAwaited(index + 1_000_000, null));
        var other = await ExpiresAsync(session, "wait/vain", new KvAwaited(null, "another secret"u8.ToArray()));
        var missing = await ExpiresAsync(session, "wait/vain/nothing", new KvAwaited(1, null));

        Assert.Contains($"index {index + 1_000_000}", later.Title, StringComparison.Ordinal);
        Assert.Contains($"showed: index {index}", later.Cause, StringComparison.Ordinal);
        Assert.Contains($"another value, of 14 bytes, at index {index}", other.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", other.Title + other.Cause, StringComparison.Ordinal);
        Assert.Contains("no such key, though the store is at index", missing.Cause, StringComparison.Ordinal);
        FaultMatrix.Add(FaultOrigin.Real, "a value that never comes", later.Code, "read fails", TimeSpan.Zero);

        async Task<ConsulFinding> ExpiresAsync(ConsulKvSession session, string key, KvAwaited awaited)
        {
            var error = await Assert.ThrowsAsync<ConsulKeyException>(() => KvWaiting.UntilAsync(session, key, awaited, ConsulConsistency.Consistent, TimeSpan.FromMilliseconds(700), None));
            Assert.Equal("Key.WaitTimeout", error.Finding.Code);
            return error.Finding;
        }
    }

    [Fact]
    public async Task A_key_that_may_not_be_read_is_not_waited_for()
    {
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"four/\" { policy = \"read\" }");
        using var session = lab.Session(token.SecretId);

        var read = await KvWaiting.UntilAsync(session, "hidden/wait", new KvAwaited(1, null), ConsulConsistency.Default, Long, None);

        Assert.Equal((KvReadState.Forbidden, "Acl.PermissionDenied"), (read.State, read.Finding!.Code));
    }

    [Fact]
    public async Task A_wait_is_stopped_at_once_and_asks_no_more()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", Missing(7), ScriptedResponse.Silence);
        using var session = LabSessions.Open(server.Address.ToString());
        using var stop = new CancellationTokenSource();
        var waiting = KvWaiting.UntilAsync(session, "app/x", new KvAwaited(9, null), ConsulConsistency.Consistent, Long, stop.Token);
        await server.WaitForRequestAsync(request => request.Target.Contains("index=7", StringComparison.Ordinal));
        var clock = Stopwatch.StartNew();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Indexes_that_fall_and_zeros_and_wakes_without_a_change_are_no_news_and_no_busy_loop()
    {
        await using var server = new ScriptedHttpServer();
        // 50, then nothing changed, then a restored store at 20, then 0 (never to be given back), then what is waited for.
        server.On("GET", "/v1/kv/", Missing(50), Missing(50), Missing(20), Missing(0), Missing(20), Found(60));
        using var session = LabSessions.Open(server.Address.ToString());

        var read = await KvWaiting.UntilAsync(session, "app/x", new KvAwaited(60, null), ConsulConsistency.Consistent, Long, None);

        Assert.Equal(60UL, read.Entry!.ModifyIndex);
        var indexes = server.Requests.Select(request => request.Target.Split('?')[1].Split('&').FirstOrDefault(part => part.StartsWith("index=", StringComparison.Ordinal))).ToArray();
        Assert.Equal<IEnumerable<string?>>([null, "index=50", "index=50", null, null, "index=20"], indexes);
        Assert.All(server.Requests, request => Assert.Contains("consistent", request.Target, StringComparison.Ordinal));
        Assert.All(server.Requests.Where(request => request.Target.Contains("index=", StringComparison.Ordinal)), request => Assert.Matches("wait=[1-9][0-9]*ms", request.Target));
    }

    [Fact]
    public async Task A_server_that_never_blocks_is_asked_a_few_times_a_second_only()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", Missing(5));
        using var session = LabSessions.Open(server.Address.ToString());

        await Assert.ThrowsAsync<ConsulKeyException>(() => KvWaiting.UntilAsync(session, "app/x", new KvAwaited(9, null), ConsulConsistency.Default, TimeSpan.FromSeconds(2), None));

        Assert.InRange(server.Requests.Count, 2, 12);
    }

    [Fact]
    public async Task The_agent_is_never_told_to_wait_longer_than_an_attempt_may_take()
    {
        await using var server = new ScriptedHttpServer();
        server.On("GET", "/v1/kv/", Missing(5), Missing(6), Found(9));
        using var session = LabSessions.Open(server.Address.ToString(), null, LabSessions.Impatient with { AttemptTimeout = TimeSpan.FromSeconds(4) });

        await KvWaiting.UntilAsync(session, "app/x", new KvAwaited(9, null), ConsulConsistency.Default, TimeSpan.FromMinutes(10), None);

        Assert.All(server.Requests.Skip(1), request => Assert.Contains("wait=3000ms", request.Target, StringComparison.Ordinal));
    }

    private static ScriptedResponse Missing(ulong index) => ScriptedResponse.Text("", 404, $"X-Consul-Index: {index}");

    private static ScriptedResponse Found(ulong index) =>
        ScriptedResponse.Json($$"""[{"LockIndex":0,"Key":"app/x","Flags":0,"Value":null,"CreateIndex":{{index}},"ModifyIndex":{{index}}}]""", 200, $"X-Consul-Index: {index}");

    private static async Task WriteAsync(ConsulKvSession session, string key, string value) =>
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(value) }, None)).Outcome);
}
