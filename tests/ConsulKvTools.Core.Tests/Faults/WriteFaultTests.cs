using ConsulKvTools.Kv;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;

namespace ConsulKvTools.Tests.Faults;

/// <summary>Writes that a real agent refuses or that take effect otherwise than meant; the result names why.</summary>
[Collection(AclAgentTests.Name)]
public sealed class WriteFaultTests(AclAgentFixture lab)
{
    private static readonly ConsulRetryPolicy Once = LabSessions.Impatient with { MaxAttempts = 1 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_and_set_and_its_refusals()
    {
        using var session = lab.Session(policy: Once);
        await lab.Agent.PutKeyAsync("fault/cas", "1");
        var read = await new KvReader(session).GetAsync("fault/cas", ConsulConsistency.Consistent, Stop);
        await lab.Agent.PutKeyAsync("fault/cas", "2");

        await NamesAsync(session, "Cas.IndexStale", "somebody wrote between reading and check-and-set", Cas("fault/cas", read.Entry!.ModifyIndex));
        await NamesAsync(session, "Cas.ZeroButExists", "create-only on a key that exists", Cas("fault/cas", 0));
        await NamesAsync(session, "Cas.NonZeroButMissing", "check-and-set on a key that was never there", Cas("fault/cas-none", 7));
        await NamesAsync(session, "Cas.DeleteZero", "delete with index 0", new ConsulKvWrite { Key = "fault/cas", Kind = ConsulKvWriteKind.DeleteCheckAndSet });
        await NamesAsync(session, "Request.Invalid", "a check-and-set that is to be fenced besides", Cas("fault/cas", 1) with { Fenced = true });
        var batch = await new KvWriter(session).WriteAtomicAsync([new() { Key = "fault/txn" }, Cas("fault/cas", 1)], Stop);
        Names("Txn.OpFailed", "a stale index in a batch", batch[0]);
        Names("Limit.TxnOps", "65 writes in one batch", (await new KvWriter(session).WriteAtomicAsync(
            [.. Enumerable.Range(0, 65).Select(number => new ConsulKvWrite { Key = $"fault/many/{number}" })], Stop))[0]);
        await NamesAsync(session, "Limit.KvMaxValueSize", "a value of 512 KiB and a byte", new ConsulKvWrite { Key = "fault/big", Value = new byte[524_289] });
    }

    [Theory]
    [InlineData(ConsulKvWriteKind.CheckAndSet)]
    [InlineData(ConsulKvWriteKind.DeleteCheckAndSet)]
    [InlineData(ConsulKvWriteKind.Acquire)]
    public async Task A_refusal_whose_reason_cannot_be_read_is_called_just_that(ConsulKvWriteKind kind)
    {
        var key = $"fault/false-{kind}";
        var holder = await lab.Agent.CreateLockSessionAsync();
        await lab.Agent.SendAsync("PUT", $"/v1/kv/{key}?acquire={holder}", "theirs");
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        relay.CutBeforeRequest("GET", times: 9);
        using var session = lab.Session(policy: Once, address: relay.Address.ToString());

        await NamesAsync(session, "Outcome.HttpOkFalse", "false, and the connection is cut when the key is to be read",
            new ConsulKvWrite { Key = key, Kind = kind, Index = 1, LockSession = kind == ConsulKvWriteKind.Acquire ? await lab.Agent.CreateLockSessionAsync() : null });
    }

    [Fact]
    public async Task Locks_that_cannot_be_had()
    {
        using var session = lab.Session(policy: Once);
        var (mine, others) = (await lab.Agent.CreateLockSessionAsync(), await lab.Agent.CreateLockSessionAsync(lockDelay: "60s"));
        await lab.Agent.SendAsync("PUT", "/v1/kv/fault/lock?acquire=" + others, "theirs");

        await NamesAsync(session, "Lock.Held", "another session holds the lock", Lock("fault/lock", mine));
        await NamesAsync(session, "Lock.ReleaseNotHolder", "release by one who does not hold it", Lock("fault/lock", mine) with { Kind = ConsulKvWriteKind.Release });
        await lab.Agent.SendAsync("PUT", "/v1/session/destroy/" + others);
        await NamesAsync(session, "Lock.Delay", "the holder's session was destroyed, its lock-delay is 60 s", Lock("fault/lock", mine));
        await NamesAsync(session, "Lock.DelayMasksBadSession", "acquire with the destroyed session during its lock-delay", Lock("fault/lock", others));
        await NamesAsync(session, "Session.Invalid", "acquire with a session that is gone", Lock("fault/free", others));
        await NamesAsync(session, "Session.NotUuid", "a session's name instead of its id", Lock("fault/free", "my-session"));
        await NamesAsync(session, "Session.Missing", "no session given", Lock("fault/free", null));
        // A token that may not see sessions sees none of them: that must not be taken for their end.
        var blind = await lab.Agent.CreateTokenAsync("key_prefix \"fault/\" { policy = \"write\" }");
        using var other = lab.Session(blind.SecretId, Once);
        await NamesAsync(other, "Lock.Delay", "the holder's session was destroyed, its lock-delay is 60 s", Lock("fault/lock", mine));
    }

    [Fact]
    public async Task A_session_whose_node_is_ill()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        using var session = LabSessions.Open(agent.AddressText, policy: Once);
        await agent.SendAsync("PUT", "/v1/agent/check/register", """{"Name":"disk","TTL":"1h","Status":"passing"}""");
        var id = "";
        await Eventually.HoldsAsync(async () => (id = System.Text.Json.Nodes.JsonNode.Parse((await agent.SendAsync("PUT", "/v1/session/create", """{"Checks":["serfHealth","disk"],"LockDelay":"0s"}""")) is { IsSuccess: true } made ? made.Body : "{}")?["ID"]?.ToString() ?? "").Length > 0);
        await agent.SendAsync("PUT", "/v1/agent/check/fail/disk");
        await Eventually.HoldsAsync(async () => (await agent.SendAsync("GET", "/v1/session/info/" + id)).Body.Trim() == "[]");

        var result = await NamesAsync(session, "Session.NodeCheckFailed", "a check of the node went critical and ended the session", Lock("app/x", id));
        Assert.Equal("disk", result.Finding!.Evidence["value"]);
        await agent.SendAsync("PUT", "/v1/agent/check/pass/disk");
        await Eventually.HoldsAsync(async () => (await agent.SendAsync("GET", "/v1/health/state/critical")).Body.Trim() == "[]");
        await NamesAsync(session, "Session.Invalid", "acquire with a session that is gone", Lock("app/x", id));
    }

    [Fact]
    public async Task What_a_write_that_goes_through_does_besides_is_noted()
    {
        using var session = lab.Session();
        var writer = new KvWriter(session);
        var holder = await lab.Agent.CreateLockSessionAsync();
        await lab.Agent.SendAsync("PUT", $"/v1/kv/fault/note?flags=42&acquire={holder}", "theirs");
        var ours = new ConsulKvWrite { Key = "fault/note", Value = "ours"u8.ToArray(), Fenced = true };

        var written = await writer.WriteAsync(ours, Stop);
        Notes(written, ConsulKvOutcome.Written, ("Lock.PlainPutIgnoresLock", "a fenced put on a key that another session locked"), ("Outcome.FlagsReset", "a put without flags on a key that has some"));
        Assert.Equal(holder, written.Notes[0].Evidence["holder"]);
        Notes(await writer.WriteAsync(ours, Stop), ConsulKvOutcome.Unchanged, ("Outcome.WatcherNotFired", "a put of the value that is there already"));
        Notes(await writer.WriteAsync(new ConsulKvWrite { Key = "fault/note", Kind = ConsulKvWriteKind.Delete, Fenced = true }, Stop), ConsulKvOutcome.Written,
            ("Request.DeleteAcquireIgnored", "a fenced removal of a key that another session locked"));
        Notes(await writer.WriteAsync(new ConsulKvWrite { Key = "fault/note", Kind = ConsulKvWriteKind.Delete, Fenced = true }, Stop), ConsulKvOutcome.Unchanged,
            ("Cas.DeleteMissingTrue", "a removal of what is not there"));

        var first = (await writer.WriteAtomicAsync([new() { Key = "fault/same", Value = "1"u8.ToArray() }], Stop))[0];
        var again = new ConsulKvWrite { Key = "fault/same", Kind = ConsulKvWriteKind.CheckAndSet, Index = first.ModifyIndex!.Value, Value = "1"u8.ToArray() };
        Notes((await writer.WriteAtomicAsync([again], Stop))[0], ConsulKvOutcome.Written, ("Cas.SameValueIdempotent", "two check-and-sets with one index and one value"));
        Notes((await writer.WriteAtomicAsync([again with { Value = "2"u8.ToArray() }], Stop))[0], ConsulKvOutcome.Written);
        Notes(await writer.WriteAsync(new ConsulKvWrite { Key = "fault/plain", Value = "1"u8.ToArray(), Fenced = true }, Stop), ConsulKvOutcome.Written);
    }

    [Fact]
    public async Task Answers_that_are_lost()
    {
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        using var session = lab.Session(policy: Once with { AttemptTimeout = TimeSpan.FromSeconds(20), TotalTimeout = TimeSpan.FromSeconds(30) }, address: relay.Address.ToString());
        await new KvReader(session).GetAsync("fault/lost", ConsulConsistency.Default, Stop);
        relay.DropResponses();
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        soon.CancelAfter(500);
        var stopped = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "fault/lost", Value = "1"u8.ToArray() }, soon.Token);
        Assert.Equal(ConsulKvOutcome.Unknown, stopped.Outcome);
        Names("Outcome.UnknownTimeout", "the answer is lost on the way back and the caller gives up", stopped);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Names("Outcome.Cancelled", "the caller stops before anything was sent", await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "fault/lost" }, cancelled.Token));
    }

    [Fact]
    public async Task A_stranger_who_always_comes_first()
    {
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        var number = 0;
        relay.CutRequest(request =>
        {
            if (request.Method == "PUT") lab.Agent.PutKey("fault/race", $"theirs {number++}");
            return false;
        }, afterForwarding: false);
        using var session = lab.Session(policy: LabSessions.Impatient, address: relay.Address.ToString());
        await NamesAsync(session, "Outcome.RetriesExhausted", "somebody writes the key before each of our fenced attempts",
            new ConsulKvWrite { Key = "fault/race", Value = "ours"u8.ToArray(), Fenced = true });
    }

    [Fact]
    public async Task A_marker_that_somebody_removes()
    {
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        var puts = 0;
        relay.CutRequest(request =>
        {
            // The second transaction carries the write: its answer is lost, and so is the marker that would tell.
            if (request.Method != "PUT" || ++puts != 2) return false;
            lab.Agent.Send("DELETE", "/v1/kv/fault-ops/?recurse");
            return true;
        }, afterForwarding: false);
        using var session = lab.Session(policy: LabSessions.Impatient, address: relay.Address.ToString());
        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "fault/marked", Value = "1"u8.ToArray(), OperationPrefix = "fault-ops/" }, Stop);
        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
        Assert.Null(await lab.Agent.GetKeyAsync("fault/marked"));
    }

    [Fact]
    public async Task A_circuit_that_opened()
    {
        using var session = lab.Session(policy: LabSessions.Impatient with { CircuitBreakerFailures = 2 }, address: "http://127.0.0.1:" + lab.Agent.Ports.Unused);
        ConsulKvWriteResult? result = null;
        for (var attempt = 0; attempt < 4; attempt++) result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "fault/circuit" }, Stop);
        Names("Outcome.CircuitOpen", "nothing listens at the agent's address, several times over", result!);
    }

    private static ConsulKvWrite Cas(string key, ulong index) => new() { Key = key, Kind = ConsulKvWriteKind.CheckAndSet, Index = index, Value = "ours"u8.ToArray() };

    private static ConsulKvWrite Lock(string key, string? session) => new() { Key = key, Kind = ConsulKvWriteKind.Acquire, LockSession = session, Value = "ours"u8.ToArray() };

    private static async Task<ConsulKvWriteResult> NamesAsync(ConsulKvSession session, string code, string how, ConsulKvWrite write)
    {
        var result = await new KvWriter(session).WriteAsync(write, Stop);
        Names(code, how, result);
        return result;
    }

    private static void Names(string code, string how, ConsulKvWriteResult result)
    {
        Assert.True(result.Code == code, $"expected {code}, got {result.Outcome} {result.Finding}: {string.Join("; ", result.Attempts)}");
        FaultMatrix.Add(FaultOrigin.Real, how, result);
    }

    private static void Notes(ConsulKvWriteResult result, ConsulKvOutcome outcome, params (string Code, string How)[] expected)
    {
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal(expected.Select(note => note.Code), result.Notes.Select(note => note.Code));
        foreach (var (code, how) in expected) FaultMatrix.Add(FaultOrigin.Real, how, code, $"write {result.Outcome}, noted", result.Duration);
    }
}
