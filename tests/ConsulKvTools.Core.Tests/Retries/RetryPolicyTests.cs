using System.Globalization;
using ConsulKvTools.Kv;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Retries;

/// <summary>What an attempt meets decides whether there is another, when, and what the timeline says about it.</summary>
public sealed class RetryPolicyTests : IDisposable
{
    private static readonly ConsulRetryPolicy Plain = new() { UseJitter = false };

    private readonly ScriptedHttpServer server = new();
    private readonly SkippingTime time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0007", 7)]
    [InlineData("Thu, 01 Jan 2026 00:00:09 GMT", 9)]
    [InlineData("Thursday, 01-Jan-26 00:00:09 GMT", 9)]
    [InlineData("Thu Jan  1 00:00:09 2026", 9)]
    public async Task Retry_after_is_kept_to_the_second(string header, int seconds)
    {
        Puts(Busy(header), ScriptedResponse.Text("true"));

        var result = await PutAsync(Plain);

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], time.Pauses);
        Assert.Equal((AttemptSequel.TriedAgain, TimeSpan.FromSeconds(seconds)), (result.Attempts[0].Sequel, result.Attempts[0].Pause));
        Assert.Equal($"tried again after {seconds} s: the answer asked for that pause", result.Attempts[0].Reason);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("3.5")]
    [InlineData("Wed, 31 Dec 2025 23:59:59 GMT")]
    [InlineData("1, 2")]
    public async Task A_retry_after_that_asks_for_nothing_leaves_the_pause_to_the_policy(string header)
    {
        Puts(Busy(header), ScriptedResponse.Text("true"));

        var result = await PutAsync(Plain);

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Equal([Plain.BaseDelay], time.Pauses);
    }

    [Theory]
    [InlineData("31")]
    [InlineData("3600")]
    [InlineData("2147483647")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999999999")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task A_retry_after_beyond_the_time_allowed_is_not_waited_for_and_the_result_says_so(string header)
    {
        Puts(Busy(header), ScriptedResponse.Text("true"));

        var result = await PutAsync(Plain);

        Assert.Equal((ConsulKvOutcome.Failed, "Limit.RequestLimits"), (result.Outcome, result.Code));
        Assert.Empty(time.Pauses);
        Assert.Equal(AttemptSequel.TimeUp, Assert.Single(result.Attempts).Sequel);
        Assert.Matches("^not tried again: the answer asked for a pause of .* s, which would end after the 30 s allowed in all$", result.Attempts[0].Reason);
    }

    [Fact]
    public async Task Pauses_never_reach_over_the_total_time_out()
    {
        Puts(Busy());
        var policy = Plain with { MaxAttempts = 100, TotalTimeout = TimeSpan.FromSeconds(10) };

        var result = await PutAsync(policy);

        Assert.Equal([200, 400, 800, 1600, 3000, 3000], time.Pauses.Select(pause => (int)pause.TotalMilliseconds));
        Assert.Equal(7, result.Attempts.Count);
        Assert.Equal(AttemptSequel.TimeUp, result.Attempts[^1].Sequel);
        Assert.Equal("not tried again: a pause of 3 s would end after the 10 s allowed in all", result.Attempts[^1].Reason);
        Assert.Contains("would end after the 10 s", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_attempts_allowed_are_all_made_and_the_last_says_that_they_are_used_up()
    {
        Puts(Busy());

        var result = await PutAsync(Plain);

        Assert.Equal(8, result.Attempts.Count);
        Assert.All(result.Attempts.Take(7), attempt => Assert.Equal((AttemptSequel.TriedAgain, RetryAdvice.AfterBackoff), (attempt.Sequel, attempt.Advice)));
        Assert.Equal((AttemptSequel.AttemptsUsedUp, "not tried again: all 8 attempts are used up"), (result.Attempts[^1].Sequel, result.Attempts[^1].Reason));
        Assert.Equal(8, server.Requests.Count);
    }

    [Fact]
    public async Task What_trying_again_does_not_cure_is_not_tried_again()
    {
        Puts(ScriptedResponse.Text("Permission denied", 403));

        var result = await PutAsync(Plain);

        var attempt = Assert.Single(result.Attempts);
        Assert.Equal((AttemptSequel.NotCurable, RetryAdvice.Never), (attempt.Sequel, attempt.Advice));
        Assert.Equal("not tried again: Acl.AnonymousDenied is not cured by trying again", attempt.Reason);
    }

    [Theory]
    [InlineData("No cluster leader", true)]
    [InlineData("rpc error making call: No cluster leader", true)]
    [InlineData("rpc error getting client: failed to get conn: dial tcp 10.0.0.1:8300: connect: connection refused", true)]
    [InlineData("node is not the leader", true)]
    [InlineData("leadership transfer in progress", true)]
    [InlineData("Raft leader not found in server lookup mapping", true)]
    [InlineData("rate limit exceeded, try again later", false)]
    [InlineData("timed out enqueuing operation", false)]
    public async Task An_election_does_not_use_up_the_attempts_and_nothing_else_is_so_patient(string text, bool patient)
    {
        Puts(ScriptedResponse.Text(text, 500));
        var policy = Plain with { MaxAttempts = 2, ElectionPatience = TimeSpan.FromSeconds(8) };

        var result = await PutAsync(policy);

        Assert.Equal(ConsulKvOutcome.Failed, result.Outcome);
        // Free at 0, 0.2, 0.6, 1.4, 3 and 6 s; the attempts at 9 and 12 s are the two that count.
        Assert.Equal(patient ? 8 : 2, result.Attempts.Count);
        if (patient) Assert.Equal("tried again after 400 ms: no leader yet (election patience 8 s)", result.Attempts[1].Reason);
        Assert.Equal(AttemptSequel.AttemptsUsedUp, result.Attempts[^1].Sequel);
    }

    [Fact]
    public async Task Without_patience_an_election_counts_and_a_single_attempt_stays_single()
    {
        Puts(ScriptedResponse.Text("No cluster leader", 500));

        Assert.Equal(2, (await PutAsync(Plain with { MaxAttempts = 2, ElectionPatience = TimeSpan.Zero })).Attempts.Count);
        Assert.Equal("not tried again: the policy allows one attempt", Assert.Single((await PutAsync(Plain with { MaxAttempts = 1 })).Attempts).Reason);
        Assert.Single((await PutAsync(ConsulRetryPolicy.None)).Attempts);
        Assert.Equal(TimeSpan.Zero, ConsulRetryPolicy.None.ElectionPatience);
    }

    [Fact]
    public async Task The_total_time_out_wins_over_patience()
    {
        Puts(ScriptedResponse.Text("No cluster leader", 500));

        var result = await PutAsync(Plain with { MaxAttempts = 2, TotalTimeout = TimeSpan.FromSeconds(2) });

        Assert.Equal(4, result.Attempts.Count);
        Assert.Equal(AttemptSequel.TimeUp, result.Attempts[^1].Sequel);
        Assert.True(time.Passed <= TimeSpan.FromSeconds(2), $"{time.Passed}");
    }

    [Fact]
    public async Task Reads_are_as_patient_and_as_bounded_as_writes()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Text("No cluster leader", 500));
        using var session = Open(Plain with { MaxAttempts = 2 });

        var error = await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop));

        Assert.Equal("Cluster.NoLeader", error.Finding.Code);
        Assert.Equal(8, server.Requests.Count);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("Thu, 01 Jan 2026 00:00:07 GMT")]
    public async Task Reads_keep_to_retry_after(string header)
    {
        server.On("GET", "/v1/kv/", Busy(header), ScriptedResponse.Text("", 404, "X-Consul-Index: 5"));
        using var session = Open(Plain);

        var read = await new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop);

        Assert.Equal(KvReadState.Missing, read.State);
        Assert.Equal([TimeSpan.FromSeconds(7)], time.Pauses);
    }

    [Fact]
    public async Task A_token_too_new_is_waited_for_within_its_grace_and_then_the_truth_is_told()
    {
        Puts(ScriptedResponse.Text("ACL not found", 403));
        var policy = Plain with { MaxAttempts = 2, TokenGrace = TimeSpan.FromSeconds(15) };

        var late = await PutAsync(policy, "5e0a3bcd-7e6c-4f0f-9a53-70a1a4a4e0f3");

        Assert.Equal((ConsulKvOutcome.Denied, "Acl.TokenNotFound"), (late.Outcome, late.Code));
        Assert.True(time.Passed >= TimeSpan.FromSeconds(15) && time.Passed < TimeSpan.FromSeconds(19), $"{time.Passed}");
        Assert.Equal("tried again after 200 ms: the token may be too new for the agent (token grace 15 s)", late.Attempts[0].Reason);
        Assert.Equal(AttemptSequel.NotCurable, late.Attempts[^1].Sequel);

        Puts(ScriptedResponse.Text("ACL not found", 403), ScriptedResponse.Text("ACL not found", 403), ScriptedResponse.Text("true"));
        Assert.Equal(ConsulKvOutcome.Written, (await PutAsync(policy, "5e0a3bcd-7e6c-4f0f-9a53-70a1a4a4e0f3")).Outcome);
    }

    [Fact]
    public async Task Reads_wait_for_a_new_token_too()
    {
        server.On("GET", "/v1/kv/", ScriptedResponse.Text("ACL not found", 403), ScriptedResponse.Text("ACL not found", 403), ScriptedResponse.Text("", 404, "X-Consul-Index: 5"));
        using var session = Open(Plain with { MaxAttempts = 2, TokenGrace = TimeSpan.FromSeconds(15) }, "5e0a3bcd-7e6c-4f0f-9a53-70a1a4a4e0f3");

        Assert.Equal(KvReadState.Missing, (await new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop)).State);

        server.On("GET", "/v1/kv/", ScriptedResponse.Text("ACL not found", 403));
        Assert.Equal(KvReadState.Forbidden, (await new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop)).State);
        var states = new List<KvReadState>();
        await foreach (var _ in new KvReader(session).NamesAsync("k", null, ConsulConsistency.Default, (state, _) => states.Add(state), Stop)) Assert.Fail("there is nothing");
        Assert.Equal([KvReadState.Forbidden], states);
    }

    [Fact]
    public async Task Grace_is_for_an_unknown_token_only()
    {
        Puts(ScriptedResponse.Text("Permission denied", 403));

        var result = await PutAsync(Plain with { TokenGrace = TimeSpan.FromSeconds(15) }, "5e0a3bcd-7e6c-4f0f-9a53-70a1a4a4e0f3");

        Assert.Single(result.Attempts);
    }

    [Fact]
    public async Task Every_attempt_asks_for_exactly_the_same()
    {
        server.On(_ => true, Busy());
        using var session = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = server.Address.ToString(), Token = new ConsulSecret("5e0a3bcd-7e6c-4f0f-9a53-70a1a4a4e0f3"), Datacenter = "dc2", RetryPolicy = Plain with { MaxAttempts = 4 },
        }, ConsulEnvironment.Empty, time);
        var lockSession = Guid.NewGuid().ToString();
        var kinds = Enum.GetValues<ConsulKvWriteKind>();

        foreach (var kind in kinds)
        {
            server.ForgetRequests();
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "a b/ü", Kind = kind, Value = [0, 1, 255], Flags = ulong.MaxValue, Index = 77, LockSession = lockSession }, Stop);
            AllTheSame(4);
        }
        server.ForgetRequests();
        await new KvWriter(session).WriteAtomicAsync([new ConsulKvWrite { Key = "x", Value = [1] }, new ConsulKvWrite { Key = "y", Kind = ConsulKvWriteKind.Delete }], Stop);
        AllTheSame(4);
        server.ForgetRequests();
        await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(session).GetAsync("a b/ü", ConsulConsistency.Consistent, Stop));
        AllTheSame(4);

        void AllTheSame(int count)
        {
            Assert.Equal(count, server.Requests.Count);
            // The raw bytes: request line with dc, every header, body.
            Assert.Single(server.Requests.Select(request => Convert.ToHexString(request.Raw)).Distinct());
            Assert.Contains("dc=dc2", server.Requests[0].Target, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_never_followed_and_never_tried_again(int status)
    {
        using var elsewhere = new ScriptedHttpServer();
        elsewhere.On(_ => true, ScriptedResponse.Text("true"));
        Puts(Busy(), ScriptedResponse.Text("", status, "Location: " + elsewhere.Address + "v1/kv/k"), ScriptedResponse.Text("true"));

        var result = await PutAsync(Plain);

        Assert.Equal((ConsulKvOutcome.Failed, "Http.RedirectRefused"), (result.Outcome, result.Code));
        Assert.Equal([AttemptSequel.TriedAgain, AttemptSequel.NotCurable], result.Attempts.Select(attempt => attempt.Sequel));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task What_can_be_tried_now_is_tried_without_a_pause()
    {
        Puts(ScriptedResponse.Text("please resubmit call for rechunking", 500), ScriptedResponse.Text("true"));

        var result = await PutAsync(Plain);

        Assert.Equal(ConsulKvOutcome.Written, result.Outcome);
        Assert.Empty(time.Pauses);
        Assert.Equal(("tried again at once: the same request can work at once", (TimeSpan?)null), (result.Attempts[0].Reason, result.Attempts[0].Pause));
    }

    [Fact]
    public async Task An_attempt_is_never_longer_than_what_is_left()
    {
        // Real time: the answer never comes, and 600 ms are all there is.
        Puts(ScriptedResponse.Silence);
        server.On("GET", "/v1/status/leader", ScriptedResponse.Json("\"127.0.0.1:8300\""));
        server.On("GET", "/v1/kv/", ScriptedResponse.Silence);
        using var session = LabSessions.Open(server.Address.ToString(), policy: Plain with { AttemptTimeout = TimeSpan.FromSeconds(60), TotalTimeout = TimeSpan.FromMilliseconds(600) });
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "k" }, Stop);

        Assert.Equal(ConsulKvOutcome.Unknown, result.Outcome);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        Assert.Equal(AttemptSequel.TimeUp, result.Attempts[^1].Sequel);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("127.0.0.1:8300", false)]
    public async Task An_attempt_too_short_to_hear_of_a_missing_leader_asks_for_it(string leader, bool missing)
    {
        Puts(ScriptedResponse.Silence);
        server.On("GET", "/v1/kv/", ScriptedResponse.Silence);
        server.On("GET", "/v1/status/leader", ScriptedResponse.Json($"\"{leader}\""));
        using var session = LabSessions.Open(server.Address.ToString(), policy: Plain with { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMilliseconds(300), ElectionPatience = TimeSpan.Zero });

        var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "k" }, Stop);
        var read = await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop));

        // The server may still hold the write, and commit it once there is a leader.
        Assert.Equal((ConsulKvOutcome.Unknown, missing ? "Cluster.NoLeader" : "Http.ResponseTimeout"), (result.Outcome, result.Code));
        Assert.Equal(missing, result.Attempts.Any(attempt => attempt.Action == "ask for the leader"));
        Assert.Equal(missing ? "Cluster.NoLeader" : "Http.ResponseTimeout", read.Finding.Code);
    }

    [Fact]
    public async Task A_circuit_says_why_it_opened_and_lets_one_through_after_the_break()
    {
        var policy = Plain with { MaxAttempts = 1, CircuitBreakerFailures = 3 };
        var port = server.Port;
        server.Dispose();
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", RetryPolicy = policy }, ConsulEnvironment.Empty, time);
        var writer = new KvWriter(session);
        for (var number = 0; number < 3; number++) Assert.Equal("Tcp.Refused", (await writer.WriteAsync(new ConsulKvWrite { Key = "k" }, Stop)).Code);

        var told = await writer.WriteAsync(new ConsulKvWrite { Key = "k" }, Stop);
        var asked = await Assert.ThrowsAnyAsync<ConsulException>(() => new KvReader(session).GetAsync("k", ConsulConsistency.Default, Stop));
        time.Advance(TimeSpan.FromSeconds(6));
        var probe = await writer.WriteAsync(new ConsulKvWrite { Key = "k" }, Stop);

        Assert.Equal("Outcome.CircuitOpen", told.Code);
        Assert.Empty(told.Attempts);
        Assert.Contains("3 requests of this session in a row did not reach the agent, so none is sent for 5 s", told.Finding!.Cause, StringComparison.Ordinal);
        Assert.Contains("Nothing listens", told.Finding.Cause, StringComparison.Ordinal);
        Assert.Equal("Outcome.CircuitOpen", asked.Finding.Code);
        Assert.Equal("Tcp.Refused", probe.Code);
    }

    private void Puts(params ScriptedResponse[] answers) => server.On("PUT", "/v1/kv/", answers);

    private static ScriptedResponse Busy(string? retryAfter = null) =>
        ScriptedResponse.Text("rate limit exceeded, try again later or against a different server", 429, retryAfter is null ? [] : ["Retry-After: " + retryAfter]);

    private ConsulKvSession Open(ConsulRetryPolicy policy, string? token = null) => ConsulKvSession.Create(new ConsulSessionOptions
    {
        Address = server.Address.ToString(), Token = token is null ? null : new ConsulSecret(token), RetryPolicy = policy,
    }, ConsulEnvironment.Empty, time);

    private async Task<ConsulKvWriteResult> PutAsync(ConsulRetryPolicy policy, string? token = null)
    {
        using var session = Open(policy, token);
        return await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "k", Value = "v"u8.ToArray() }, Stop);
    }
}
