using System.Diagnostics;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Kv;

/// <summary>A relay between client and agent loses exactly one request or one answer: the outcome must still be the truth.</summary>
[Collection(AclAgentTests.Name)]
public sealed class OutcomeTests(AclAgentFixture lab) : IDisposable
{
    private static readonly ConsulRetryPolicy Quick = new()
    {
        MaxAttempts = 5, BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(40),
        AttemptTimeout = TimeSpan.FromSeconds(2), TotalTimeout = TimeSpan.FromSeconds(10),
    };

    private readonly TcpFaultProxy relay = new(lab.Agent.HttpAddress!);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => relay.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_put_whose_answer_was_lost_is_found_written_and_not_sent_again(bool reset)
    {
        using var session = Open();
        relay.CutAfterRequest("PUT", reset: reset);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/put", Value = "new"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal("new", await lab.Agent.GetKeyAsync("out/put"));
        Assert.Equal(1, Count("PUT"));
        Assert.Equal(["PUT", "read back"], result.Attempts.Select(attempt => attempt.Action));
        Assert.Equal(WriteEffect.Ambiguous, result.Attempts[0].Effect);
        Assert.True(result.ModifyIndex > 0);
    }

    [Fact]
    public async Task A_put_that_never_arrived_is_sent_again_bound_to_what_was_read()
    {
        await lab.Agent.PutKeyAsync("out/lost", "old");
        using var session = Open();
        relay.CutBeforeRequest("PUT");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/lost", Value = "new"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal("new", await lab.Agent.GetKeyAsync("out/lost"));
        Assert.Matches("^PUT cas=[1-9][0-9]*$", result.Attempts[^1].Action);
    }

    [Fact]
    public async Task Asking_what_became_of_a_write_does_not_use_up_its_attempts()
    {
        using var session = LabSessions.Open(relay.Address.ToString(), lab.ManagementToken, Quick with { MaxAttempts = 2 });
        // The put is stored and its answer lost; then so many questions in a row are lost as well, some of which .NET itself sends again.
        relay.CutRequest(request => request.Method is "PUT" or "GET", afterForwarding: true, times: 20);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/asked", Value = "new"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal(1, Count("PUT"));
        Assert.True(result.Attempts.Count(attempt => attempt.Action == "read back") > 2);
    }

    [Fact]
    public async Task A_retry_never_overwrites_a_value_it_has_not_seen()
    {
        using var session = Open();
        var puts = 0;
        // The first attempt is lost; just before the second arrives a stranger writes what we have not seen.
        relay.CutRequest(request =>
        {
            if (request.Method != "PUT") return false;
            if (++puts == 2) lab.Agent.PutKey("out/fence", "theirs");
            return puts == 1;
        }, afterForwarding: false, times: 2);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/fence", Value = "ours"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal("ours", await lab.Agent.GetKeyAsync("out/fence"));
        Assert.Equal(["PUT", "read back", "PUT cas=0", "read back"], result.Attempts.Take(4).Select(attempt => attempt.Action));
        Assert.Matches("^PUT cas=[1-9][0-9]*$", result.Attempts[^1].Action);
    }

    [Fact]
    public async Task A_check_and_set_that_never_arrived_is_written_by_its_repetition()
    {
        using var session = Open();
        relay.CutBeforeRequest("PUT");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/cas-lost", Kind = ConsulKvWriteKind.CreateOnly, Value = "1"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
    }

    [Fact]
    public async Task A_check_and_set_whose_answer_was_lost_is_unknown_even_if_our_value_stands_there()
    {
        using var session = Open();
        relay.CutAfterRequest("PUT");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/cas-unknown", Kind = ConsulKvWriteKind.CreateOnly, Value = "6"u8.ToArray() });

        Assert.Equal("6", await lab.Agent.GetKeyAsync("out/cas-unknown"));
        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
        Assert.Contains("Get-ConsulKvConsistent", result.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_and_set_that_was_too_late_from_the_start_is_a_conflict_even_after_a_lost_answer()
    {
        await lab.Agent.PutKeyAsync("out/cas-late", "theirs");
        using var session = Open();
        // The session has seen an index at least as new as the change that refuses us.
        await new KvReader(session).GetAsync("out/cas-late", ConsulConsistency.Consistent, None);
        relay.CutAfterRequest("PUT");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/cas-late", Kind = ConsulKvWriteKind.CheckAndSet, Index = 1, Value = "ours"u8.ToArray() });

        Assert.Equal((ConsulKvOutcome.Conflict, "Cas.IndexStale"), (result.Outcome, result.Code));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public async Task With_a_marker_a_lost_answer_is_decided_and_the_marker_is_gone(int nth, bool applied)
    {
        using var session = Open();
        var key = $"out/marked-{nth}-{applied}";
        if (applied) relay.CutAfterRequest("PUT", nth);
        else relay.CutBeforeRequest("PUT", nth);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.CreateOnly, Value = "6"u8.ToArray(), OperationPrefix = "out-ops/" });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        var entry = (await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, None)).Entry!;
        Assert.Equal(("6", entry.ModifyIndex), (entry.Value, result.ModifyIndex));
        Assert.Empty(await NamesAsync("out-ops/"));
    }

    [Fact]
    public async Task With_a_marker_a_write_that_cannot_get_through_is_known_not_to_be_there()
    {
        using var session = Open();
        // Every transaction but the marker's own is lost; what goes through /v1/kv works.
        var transactions = 0;
        relay.CutRequest(request => request.Target.StartsWith("/v1/txn", StringComparison.Ordinal) && Interlocked.Increment(ref transactions) > 1, afterForwarding: false, times: 100);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/marked-never", Value = "6"u8.ToArray(), OperationPrefix = "out-ops2/" });

        Assert.Equal(ConsulKvOutcome.Failed, result.Outcome);
        Assert.Null(await lab.Agent.GetKeyAsync("out/marked-never"));
        Assert.Empty(await NamesAsync("out-ops2/"));
    }

    [Fact]
    public async Task A_removal_whose_answer_was_lost_is_found_done_and_not_sent_twice()
    {
        await lab.Agent.PutKeyAsync("out/del", "x");
        using var session = Open();
        // A first request makes a pooled connection, on which HttpClient would repeat a request without a body by itself.
        await new KvReader(session).GetAsync("out/del", ConsulConsistency.Default, None);
        relay.CutAfterRequest("DELETE");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/del", Kind = ConsulKvWriteKind.Delete });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal(1, Count("DELETE"));
    }

    [Fact]
    public async Task A_lock_whose_answer_was_lost_is_found_taken()
    {
        using var session = Open();
        var mine = await lab.Agent.CreateLockSessionAsync();
        relay.CutAfterRequest("PUT");

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/lock", Kind = ConsulKvWriteKind.Acquire, LockSession = mine, Value = "me"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
    }

    [Fact]
    public async Task An_atomic_batch_whose_answer_was_lost_is_found_written()
    {
        using var session = Open();
        relay.CutAfterRequest("PUT");

        var results = await new KvWriter(session).WriteAtomicAsync(
            [new ConsulKvWrite { Key = "out/txn-a", Value = "1"u8.ToArray() }, new ConsulKvWrite { Key = "out/txn-b", Value = "2"u8.ToArray() }], None);

        Assert.All(results, result => Assert.Equal(ConsulKvOutcome.Written, result.Outcome));
        Assert.Equal(["TXN", "read back"], results[0].Attempts.Select(attempt => attempt.Action));
    }

    [Fact]
    public async Task Silence_ends_at_the_total_time_out_as_unknown()
    {
        using var session = Open(Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(400), TotalTimeout = TimeSpan.FromSeconds(1.5) });
        relay.DropResponses();
        var clock = Stopwatch.StartNew();

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/silent", Value = "x"u8.ToArray() });

        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
        Assert.Equal("Http.ResponseTimeout", result.Code);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(6), $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task A_denied_write_is_tried_once()
    {
        var token = await lab.Agent.CreateTokenAsync("key_prefix \"other/\" { policy = \"write\" }");
        using var session = LabSessions.Open(relay.Address.ToString(), token.SecretId, Quick);

        var result = await WriteAsync(session, new ConsulKvWrite { Key = "out/denied", Value = "x"u8.ToArray() });

        Assert.Equal((ConsulKvOutcome.Denied, "Acl.PermissionDenied"), (result.Outcome, result.Code));
        Assert.Single(result.Attempts);
    }

    [Fact]
    public async Task A_refused_connection_is_not_written_and_opens_the_circuit()
    {
        relay.Refuse();
        using var session = Open(Quick with { MaxAttempts = 3, CircuitBreakerFailures = 4 });

        var first = await WriteAsync(session, new ConsulKvWrite { Key = "out/refused", Value = "x"u8.ToArray() });
        await WriteAsync(session, new ConsulKvWrite { Key = "out/refused", Value = "x"u8.ToArray() });
        var later = await WriteAsync(session, new ConsulKvWrite { Key = "out/refused", Value = "x"u8.ToArray() });

        Assert.Equal((ConsulKvOutcome.Failed, "Tcp.Refused"), (first.Outcome, first.Code));
        Assert.Equal(3, first.Attempts.Count);
        Assert.Equal((ConsulKvOutcome.Failed, "Outcome.CircuitOpen"), (later.Outcome, later.Code));
        Assert.Empty(later.Attempts);
        Assert.Equal("Tcp.Refused", later.Finding!.BlockedBy);
        Assert.Contains("Nothing listens", later.Finding.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_waits_for_an_open_circuit_and_finds_out()
    {
        using var session = Open(Quick with { CircuitBreakerFailures = 2, CircuitBreakDuration = TimeSpan.FromSeconds(3), TotalTimeout = TimeSpan.FromSeconds(60) });
        var lost = new TaskCompletionSource();
        relay.CutRequest(request =>
        {
            if (request.Method != "PUT") return false;
            relay.Refuse(dropExisting: false);
            lost.TrySetResult();
            return true;
        }, afterForwarding: true);

        var writing = WriteAsync(session, new ConsulKvWrite { Key = "out/circuit", Value = "x"u8.ToArray() });
        await lost.Task;
        while ((await WriteAsync(session, new ConsulKvWrite { Key = "out/circuit/other", Value = "x"u8.ToArray() })).Code != "Outcome.CircuitOpen") { }
        relay.Pass();
        var result = await writing;

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal(1, Count("PUT"));
    }

    [Fact]
    public async Task A_cancelled_write_that_was_not_sent_is_not_there()
    {
        using var session = Open();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "out/cancelled", Value = "x"u8.ToArray() }, stop.Token);

        Assert.Equal((ConsulKvOutcome.Failed, "Outcome.Cancelled"), (result.Outcome, result.Code));
        Assert.Null(await lab.Agent.GetKeyAsync("out/cancelled"));
    }

    [Fact]
    public async Task A_write_given_up_while_connecting_was_not_sent()
    {
        using var hole = new FullBacklogListener();
        using var session = LabSessions.Open(hole.Address.ToString(), null, Quick);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "out/given-up", Value = "x"u8.ToArray() }, stop.Token);

        Assert.Equal((ConsulKvOutcome.Failed, "Outcome.Cancelled"), (result.Outcome, result.Code));
    }

    [Fact]
    public async Task A_write_cancelled_under_way_is_unknown()
    {
        using var session = Open();
        relay.DropResponses();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "out/under-way", Value = "x"u8.ToArray() }, stop.Token);

        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
    }

    private ConsulKvSession Open(ConsulRetryPolicy? policy = null) => LabSessions.Open(relay.Address.ToString(), lab.ManagementToken, policy ?? Quick);

    private static Task<ConsulKvWriteResult> WriteAsync(ConsulKvSession session, ConsulKvWrite write) => new KvWriter(session).WriteAsync(write, None);

    private int Count(string method) => relay.Requests.Count(request => request.Method == method);

    private async Task<List<string>> NamesAsync(string prefix)
    {
        using var session = lab.Session();
        var names = new List<string>();
        await foreach (var name in new KvReader(session).NamesAsync(prefix, null, ConsulConsistency.Consistent, (_, _) => { }, None)) names.Add(name);
        return names;
    }
}
