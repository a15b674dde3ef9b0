using System.Globalization;
using System.Text;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Locks;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Kv.Locks;

/// <summary>Locks of a real agent, beside those of Consul's own command line.</summary>
[Collection(AclAgentTests.Name)]
public sealed class LockTests(AclAgentFixture lab)
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lock_keeps_others_out_until_it_is_given_back()
    {
        using var session = lab.Session();
        var waitsFor = new List<string>();
        using var first = await TakeAsync(session, "lock/turns");
        var refused = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/turns", patience: TimeSpan.Zero));
        var late = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/turns", patience: TimeSpan.FromMilliseconds(500)));
        var waiting = KvLocking.AcquireAsync(session, new KvLockRequest { Key = "lock/turns" }, waitsFor.Add, None);
        await Task.Delay(300, None);
        Assert.False(waiting.IsCompleted);

        Assert.True(first.IsHeld);
        Assert.Equal(ConsulKvOutcome.Written, (await first.ReleaseAsync(false, None)).Outcome);
        using var second = await waiting.WaitAsync(TimeSpan.FromSeconds(30), None);

        Assert.False(first.IsHeld);
        Assert.Null(first.Loss);
        Assert.True(second.IsHeld);
        Assert.True(second.FencingValue > first.FencingValue);
        Assert.Equal(("Lock.NotAcquired", "Lock.NotAcquired"), (refused.Finding.Code, late.Finding.Code));
        Assert.Contains(first.LockSession, refused.Finding.Title, StringComparison.Ordinal);
        Assert.Contains(waitsFor, reason => reason.Contains(first.LockSession, StringComparison.Ordinal));
        FaultMatrix.Add(FaultOrigin.Real, "a lock that another holds", refused.Finding.Code, "lock refused", TimeSpan.Zero);
        // Whoever gave up waiting has left no lock session behind.
        Assert.Equal([second.LockSession], await SessionsOfAsync("lock/turns"));
    }

    [Fact]
    public async Task Nobody_waits_without_end_for_a_lock_that_only_they_could_give_back()
    {
        using var session = lab.Session();
        using var own = await TakeAsync(session, "lock/own");
        Task<ConsulKvLock> Again(TimeSpan? patience, string key = "lock/own", int limit = 1, params ConsulKvLock[] held) =>
            KvLocking.AcquireAsync(session, new KvLockRequest { Key = key, Limit = limit, Patience = patience, Own = held }, _ => { }, None).WaitAsync(TimeSpan.FromSeconds(20), None);

        var refused = await Assert.ThrowsAsync<ConsulLockException>(() => Again(null, held: own));
        Assert.Equal("Lock.HeldHere", refused.Finding.Code);
        Assert.Contains(own.LockSession, refused.Finding.Cause, StringComparison.Ordinal);
        // Who sets an end to the wait may wait; who does not hold it has to.
        Assert.Equal("Lock.NotAcquired", (await Assert.ThrowsAsync<ConsulLockException>(() => Again(TimeSpan.FromMilliseconds(300), held: own))).Finding.Code);
        var other = Again(null);
        // Of a semaphore it counts only when all places are taken here.
        using var one = await Again(null, "lock/ownsemaphore", 2);
        using var two = await Again(null, "lock/ownsemaphore", 2, one);
        Assert.Equal("Lock.HeldHere", (await Assert.ThrowsAsync<ConsulLockException>(() => Again(null, "lock/ownsemaphore", 2, one, two))).Finding.Code);
        Assert.False(other.IsCompleted);
        await own.ReleaseAsync(false, None);
        (await other).Dispose();
        FaultMatrix.Add(FaultOrigin.Real, "a lock that its holder asks for again", "Lock.HeldHere", "lock refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task The_fencing_value_rises_also_after_the_key_was_removed_and_made_anew()
    {
        using var session = lab.Session();
        var seen = new List<ulong>();
        for (var turn = 0; turn < 4; turn++)
        {
            using var held = await TakeAsync(session, "lock/fence");
            seen.Add(held.FencingValue);
            await held.ReleaseAsync(removeKey: turn % 2 == 0, None);
            if (turn % 2 == 0) Assert.Equal(KvReadState.Missing, (await new KvReader(session).GetAsync("lock/fence", ConsulConsistency.Consistent, None)).State);
        }
        Assert.Equal(seen.Distinct().Order(), seen);
    }

    [Fact]
    public async Task The_fencing_value_rises_also_after_a_snapshot_was_restored()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions(), None);
        using var session = LabSessions.Open(agent.AddressText);
        var file = Path.Combine(agent.DataDirectory, "backup.snap");
        using (var early = await TakeAsync(session, "lock/back")) await early.ReleaseAsync(false, None);
        Assert.Equal(0, (await agent.RunCliAsync(["snapshot", "save", file], null, None)).ExitCode);
        ulong before = 0;
        for (var turn = 0; turn < 5; turn++)
        {
            using var held = await TakeAsync(session, "lock/back");
            before = held.FencingValue;
            await held.ReleaseAsync(true, None);
        }

        Assert.Equal(0, (await agent.RunCliAsync(["snapshot", "restore", file], null, None)).ExitCode);
        using var after = await TakeAsync(session, "lock/back");

        Assert.True(after.FencingValue > before, $"{after.FencingValue} after {before}");
    }

    [Fact]
    public async Task A_lock_session_that_somebody_ends_is_noticed_at_once()
    {
        using var session = lab.Session();
        using var held = await TakeAsync(session, "lock/taken");

        (await lab.Agent.SendAsync("PUT", $"/v1/session/destroy/{held.LockSession}")).EnsureSuccess("destroy");
        await LostAsync(held);

        Assert.Contains(held.Loss!.Code, new[] { "Lock.TakenAway", "Session.Invalid" });
        var result = await held.ReleaseAsync(false, None);
        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.Lost"), (result.Outcome, result.Code));
        FaultMatrix.Add(FaultOrigin.Real, "a lock session ended under its holder", result);
        FaultMatrix.Add(FaultOrigin.Real, "a lock session ended under its holder", "Lock.TakenAway", "lock lost", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_clock_that_jumped_is_a_lost_lock_before_anything_is_asked()
    {
        using var session = lab.Session();
        var clock = new JumpingClock();
        using var held = await KvLocking.AcquireAsync(session, new KvLockRequest { Key = "lock/sleep" }, _ => { }, None, clock);
        Assert.True(held.IsHeld);

        // The machine slept: no timer ran, the network knows of nothing.
        clock.Jump(TimeSpan.FromSeconds(16));

        Assert.False(held.IsHeld);
        await LostAsync(held);
        Assert.Equal("Lock.NotRenewed", held.Loss!.Code);
        FaultMatrix.Add(FaultOrigin.Real, "a holder that did not run for longer than its TTL", held.Loss.Code, "lock lost", TimeSpan.Zero);
    }

    [Fact]
    public async Task An_agent_that_is_not_reached_for_the_TTL_is_a_lost_lock_and_a_shorter_outage_is_none()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(policy: new ConsulRetryPolicy { AttemptTimeout = TimeSpan.FromSeconds(2) }, address: proxy.Address.OriginalString);
        using var held = await TakeAsync(session, "lock/outage", ttl: TimeSpan.FromSeconds(10));

        proxy.Refuse();
        await Task.Delay(TimeSpan.FromSeconds(4), None);
        proxy.Pass();
        await Task.Delay(TimeSpan.FromSeconds(8), None);
        Assert.True(held.IsHeld, held.Loss?.ToString());
        proxy.BlackHole();
        await LostAsync(held);

        Assert.Equal("Lock.NotRenewed", held.Loss!.Code);
        // Consul, which hears nothing either, has not given it to anybody at that moment.
        using var direct = lab.Session();
        Assert.Equal(held.LockSession, (await new KvReader(direct).GetAsync("lock/outage", ConsulConsistency.Consistent, None)).Entry!.LockSession);
    }

    [Fact]
    public async Task A_key_that_holds_something_else_is_not_locked()
    {
        using var session = lab.Session();
        await lab.Agent.PutKeyAsync("lock/config", "precious", None);

        var error = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/config"));

        Assert.Equal("Lock.KeyInUse", error.Finding.Code);
        Assert.Equal("precious", await lab.Agent.GetKeyAsync("lock/config", None));
        FaultMatrix.Add(FaultOrigin.Real, "a key with a value given for a lock", error.Finding.Code, "lock refused", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_lock_whose_holder_writes_into_it_is_held_all_the_same_and_what_is_left_of_a_lost_holder_is_explained()
    {
        using var session = lab.Session();
        var held = await TakeAsync(session, "lock/written", lockDelay: TimeSpan.Zero);
        // A plain write sets the flags to 0, and leaves the lock.
        await lab.Agent.PutKeyAsync("lock/written", "progress 50%", None);

        Assert.Equal("Lock.NotAcquired", (await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/written", patience: TimeSpan.Zero))).Finding.Code);
        var waiting = KvLocking.AcquireAsync(session, new KvLockRequest { Key = "lock/written", LockDelay = TimeSpan.Zero }, _ => { }, None);
        await held.ReleaseAsync(false, None);
        using var next = await waiting.WaitAsync(TimeSpan.FromSeconds(30), None);
        Assert.True(next.IsHeld);

        await lab.Agent.PutKeyAsync("lock/written", "progress 60%", None);
        (await lab.Agent.SendAsync("PUT", $"/v1/session/destroy/{next.LockSession}")).EnsureSuccess("destroy");
        var left = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/written", patience: TimeSpan.FromSeconds(5)));
        Assert.Equal("Lock.KeyInUse", left.Finding.Code);
        Assert.Contains("Remove-ConsulKv", left.Finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lock_delay_after_a_lost_holder_is_explained_and_waited_for()
    {
        using var session = lab.Session();
        var holder = await TakeAsync(session, "lock/delay", lockDelay: TimeSpan.FromSeconds(3));
        var reasons = new List<string>();
        var waiting = KvLocking.AcquireAsync(session, new KvLockRequest { Key = "lock/delay" }, reasons.Add, None);
        while (reasons.Count == 0) await Task.Delay(20, None);

        (await lab.Agent.SendAsync("PUT", $"/v1/session/destroy/{holder.LockSession}")).EnsureSuccess("destroy");
        using var taken = await waiting.WaitAsync(TimeSpan.FromSeconds(30), None);

        Assert.Contains(reasons, reason => reason.StartsWith("its lock-delay is running, 3 s from the loss of lock session " + holder.LockSession, StringComparison.Ordinal));
        Assert.True(taken.FencingValue > holder.FencingValue);
        holder.Dispose();
    }

    [Theory]
    [InlineData("""key_prefix "" { policy = "write" }""", "Acl.SessionWriteMissing")]
    [InlineData("""key_prefix "" { policy = "read" } session_prefix "" { policy = "write" }""", "Acl.PermissionDenied")]
    public async Task A_denied_lock_says_which_right_is_missing_and_leaves_no_lock_session(string rules, string code)
    {
        var token = await lab.Agent.CreateTokenAsync(rules, None);
        using var session = lab.Session(token.SecretId);

        var error = await Assert.ThrowsAsync<ConsulAclException>(() => TakeAsync(session, "lock/denied"));

        Assert.Equal(code, error.Finding.Code);
    }

    [Fact]
    public async Task Consuls_own_lock_command_and_this_keep_each_other_out()
    {
        using var session = lab.Session();
        using (var held = await TakeAsync(session, "lock/cli/.lock"))
        {
            var refused = await lab.Agent.RunCliAsync(["lock", "-timeout=1s", "-monitor-retry=0", "lock/cli", "echo in"], null, None);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.DoesNotContain("in\n", refused.Output, StringComparison.Ordinal);
            await held.ReleaseAsync(false, None);
        }
        var command = lab.Agent.RunCliAsync(["lock", "lock/cli", "sleep 2"], null, None);
        while ((await new KvReader(session).GetAsync("lock/cli/.lock", ConsulConsistency.Consistent, None)).Entry?.LockSession is null) await Task.Delay(20, None);
        await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/cli/.lock", patience: TimeSpan.Zero));
        using var after = await TakeAsync(session, "lock/cli/.lock");
        Assert.Equal(0, (await command).ExitCode);
    }

    [Fact]
    public async Task A_semaphore_counts_together_with_Consuls_own_lock_command()
    {
        using var session = lab.Session();
        var command = lab.Agent.RunCliAsync(["lock", "-n=2", "lock/sem", "sleep 3"], null, None);
        while ((await new KvReader(session).GetAsync("lock/sem/.lock", ConsulConsistency.Consistent, None)).Entry is not { } entry || SemaphoreState.Read(entry.Bytes)?.Holders.Count != 1) await Task.Delay(20, None);
        using var second = await TakeAsync(session, "lock/sem", limit: 2);
        var full = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/sem", limit: 2, patience: TimeSpan.Zero));
        var differs = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/sem", limit: 3));
        using var third = await TakeAsync(session, "lock/sem", limit: 2);
        Assert.Equal(0, (await command).ExitCode);
        var refused = await lab.Agent.RunCliAsync(["lock", "-n=2", "-timeout=1s", "lock/sem", "echo in"], null, None);
        Assert.NotEqual(0, refused.ExitCode);
        await second.ReleaseAsync(false, None);
        Assert.Equal(0, (await lab.Agent.RunCliAsync(["lock", "-n=2", "-timeout=20s", "lock/sem", "echo in"], null, None)).ExitCode);
        await third.ReleaseAsync(removeKey: true, None);

        Assert.Equal(("Lock.NotAcquired", "Lock.LimitDiffers"), (full.Finding.Code, differs.Finding.Code));
        FaultMatrix.Add(FaultOrigin.Real, "a semaphore for another number of holders", differs.Finding.Code, "lock refused", TimeSpan.Zero);
        // No key of ours stays behind; the command leaves those of a wait that it gave up to their TTL.
        Assert.Equal(KvReadState.Missing, (await new KvReader(session).GetAsync("lock/sem/.lock", ConsulConsistency.Consistent, None)).State);
        await foreach (var left in new KvReader(session).ListAsync("lock/sem/", ConsulConsistency.Consistent, (_, _) => { }, None)) Assert.DoesNotContain("Owner", left.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a prefix above")]
    [InlineData("the state")]
    [InlineData("its contender")]
    [InlineData("its place")]
    [InlineData("its lock session")]
    public async Task A_holder_of_a_semaphore_hears_at_once_of_what_takes_it_away_also_where_another_has_left_before(string removed)
    {
        using var session = lab.Session();
        var root = $"lock/{removed.Replace(' ', '-')}/";
        using var held = await TakeAsync(session, root + "sem", ttl: TimeSpan.FromMinutes(5), limit: 2);
        using (var left = await TakeAsync(session, root + "sem", limit: 2)) await left.ReleaseAsync(false, None);
        var state = (await new KvReader(session).GetAsync(root + "sem/.lock", ConsulConsistency.Consistent, None)).Entry!;
        var write = removed switch
        {
            "a prefix above" => new ConsulKvWrite { Key = root, Kind = ConsulKvWriteKind.DeleteTree },
            "the state" => new ConsulKvWrite { Key = state.Key, Kind = ConsulKvWriteKind.Delete },
            "its contender" => new ConsulKvWrite { Key = root + "sem/" + held.LockSession, Kind = ConsulKvWriteKind.Delete },
            _ => new ConsulKvWrite { Key = state.Key, Flags = state.Flags, Value = new SemaphoreState(2, []).Write() },
        };

        // Well below the half minute that a query waits, and the half of the TTL after which it is renewed.
        if (removed == "its lock session") (await lab.Agent.SendAsync("PUT", $"/v1/session/destroy/{held.LockSession}")).EnsureSuccess("destroy");
        else await new KvWriter(session).WriteAsync(write, None);
        await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(15), held.Lost));

        Assert.Equal("Lock.TakenAway", held.Loss?.Code);
        var result = await held.ReleaseAsync(false, None);
        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.Lost"), (result.Outcome, result.Code));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whoever_gives_back_what_is_gone_hears_of_the_loss_though_nothing_has_told_of_it(int limit)
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(address: proxy.Address.OriginalString);
        using var direct = lab.Session();
        var root = $"lock/unseen{limit}/";
        using var held = await TakeAsync(session, root + "key", limit: limit);
        // What waits has no answer while the key goes, and what is asked from then on has.
        proxy.BlackHole();
        await new KvWriter(direct).WriteAsync(new ConsulKvWrite { Key = root, Kind = ConsulKvWriteKind.DeleteTree }, None);
        var given = held.ReleaseAsync(false, None);
        proxy.Pass();
        var result = await given;

        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.Lost"), (result.Outcome, result.Code));
        Assert.Equal("Lock.TakenAway", held.Loss?.Code);
    }

    [Fact]
    public async Task Giving_back_that_is_stopped_half_way_gives_it_back_without_lock_delay()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(address: proxy.Address.OriginalString);
        var held = await TakeAsync(session, "lock/halfway", lockDelay: TimeSpan.FromSeconds(60));
        var asked = new TaskCompletionSource();
        proxy.CutRequest(request =>
        {
            if (!request.Query.Contains("release=", StringComparison.Ordinal)) return false;
            proxy.BlackHole();
            asked.TrySetResult();
            return false;
        }, afterForwarding: false);
        using var stop = new CancellationTokenSource();
        var releasing = held.ReleaseAsync(false, stop.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), None);

        proxy.Pass();
        await stop.CancelAsync();
        await Record.ExceptionAsync(() => releasing.WaitAsync(TimeSpan.FromSeconds(20), None));

        using var direct = lab.Session();
        using var next = await TakeAsync(direct, "lock/halfway", patience: TimeSpan.FromSeconds(10));
        Assert.True(next.IsHeld);
        Assert.False(held.IsHeld);
        Assert.DoesNotContain(held.LockSession, await SessionsOfAsync("lock/halfway"));
    }

    [Fact]
    public async Task A_wait_that_is_stopped_while_it_may_have_got_the_lock_leaves_no_lock_delay()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(address: proxy.Address.OriginalString);
        using var direct = lab.Session();
        var reader = new KvReader(direct);
        proxy.CutRequest(request =>
        {
            if (request.Query.Contains("acquire=", StringComparison.Ordinal)) proxy.DropResponses();
            return false;
        }, afterForwarding: true);
        using var stop = new CancellationTokenSource();
        var taking = KvLocking.AcquireAsync(session, new KvLockRequest { Key = "lock/unheard", LockDelay = TimeSpan.FromSeconds(60) }, _ => { }, stop.Token);
        while ((await reader.GetAsync("lock/unheard", ConsulConsistency.Consistent, None)).Entry?.LockSession is null) await Task.Delay(20, None);

        proxy.Pass();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking.WaitAsync(TimeSpan.FromSeconds(20), None));

        using var next = await TakeAsync(direct, "lock/unheard", patience: TimeSpan.FromSeconds(10));
        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task A_lock_whose_lock_session_was_ended_is_given_back_though_no_release_was_answered()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(policy: new ConsulRetryPolicy { MaxAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(20) }, address: proxy.Address.OriginalString);
        var held = await TakeAsync(session, "lock/norelease", lockDelay: TimeSpan.FromSeconds(2));
        proxy.CutRequest(request => request.Query.Contains("release=", StringComparison.Ordinal), afterForwarding: false, times: 100);

        var result = await held.ReleaseAsync(false, None);

        Assert.Equal((ConsulKvOutcome.Written, null), (result.Outcome, result.Code));
        Assert.Contains("lock-delay of 2 s", result.Message, StringComparison.Ordinal);
        Assert.Contains("given back", held.ToString(), StringComparison.Ordinal);
        using var direct = lab.Session();
        Assert.Null((await new KvReader(direct).GetAsync("lock/norelease", ConsulConsistency.Consistent, None)).Entry!.LockSession);
    }

    [Fact]
    public async Task A_lock_whose_session_was_removed_is_lost_at_once_and_says_why()
    {
        var session = lab.Session();
        var watched = await TakeAsync(session, "lock/removed");
        var quick = await TakeAsync(session, "lock/removed2");
        session.Dispose();

        var result = await quick.ReleaseAsync(false, None);
        await LostAsync(watched).WaitAsync(TimeSpan.FromSeconds(5), None);

        Assert.Equal((ConsulKvOutcome.Conflict, "Lock.Lost"), (result.Outcome, result.Code));
        Assert.Contains("the session it was made with was removed", result.Finding!.Title, StringComparison.Ordinal);
        Assert.Contains("the session it was made with was removed", watched.Loss!.Title, StringComparison.Ordinal);
        Assert.Equal("Lock.Lost", (await watched.ReleaseAsync(false, None)).Code);
    }

    [Fact]
    public async Task The_time_to_wait_counts_from_the_first_request_on()
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session(address: proxy.Address.OriginalString);
        proxy.BlackHole();

        var late = await Assert.ThrowsAsync<ConsulLockException>(() => TakeAsync(session, "lock/silent", patience: TimeSpan.FromMilliseconds(500)));

        Assert.Equal("Lock.NotAcquired", late.Finding.Code);
        Assert.Contains("nobody answered yet", late.Finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_something_in_between_makes_renews_and_ends_no_lock_session()
    {
        await using var portal = new ScriptedHttpServer();
        portal.On("*", "/", ScriptedResponse.Html("<html>Log in</html>"));
        using var session = LabSessions.Open(portal.Address.OriginalString, policy: new ConsulRetryPolicy { MaxAttempts = 1 });

        var refused = await Assert.ThrowsAnyAsync<ConsulException>(() => TakeAsync(session, "lock/portal"));
        var renewed = await LockSessionCalls.TryRenewAsync(session, "5c29b1e0-8a53-4d5e-9d5c-1f7d6a2b3c4d", TimeSpan.FromSeconds(5), None);

        Assert.Equal("Http.BodyMalformed", refused.Finding.Code);
        Assert.Equal("Http.BodyMalformed", renewed?.Code);
        Assert.False(await LockSessionCalls.TryDestroyAsync(session, "5c29b1e0-8a53-4d5e-9d5c-1f7d6a2b3c4d", TimeSpan.FromSeconds(5), None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Ones_own_lock_is_known_by_its_lock_session_also_over_another_address(int limit)
    {
        await using var proxy = new TcpFaultProxy(lab.Agent.Address);
        using var session = lab.Session();
        using var other = lab.Session(address: proxy.Address.OriginalString);
        var key = "lock/spelled" + limit;
        var own = new List<ConsulKvLock>();
        for (var number = 0; number < limit; number++) own.Add(await TakeAsync(session, key, limit: limit));

        var refused = await Assert.ThrowsAsync<ConsulLockException>(() =>
            KvLocking.AcquireAsync(other, new KvLockRequest { Key = key, Limit = limit, Own = own }, _ => { }, None).WaitAsync(TimeSpan.FromSeconds(20), None));

        Assert.Equal("Lock.HeldHere", refused.Finding.Code);
        own.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task Nothing_runs_on_once_a_lock_is_given_back()
    {
        using var session = lab.Session();
        var held = await TakeAsync(session, "lock/quiet");
        held.Dispose();
        await Task.Delay(300, None);
        var requests = lab.Agent.Log.Split('\n').Count(line => line.Contains(held.LockSession, StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(9), None);

        Assert.Equal(requests, lab.Agent.Log.Split('\n').Count(line => line.Contains(held.LockSession, StringComparison.Ordinal)));
        Assert.Equal("[]", (await lab.Agent.SendAsync("GET", $"/v1/session/info/{held.LockSession}")).Body.Trim());
    }

    [Fact]
    public async Task Counting_under_a_lock_loses_nothing_while_leaders_are_killed_and_Consuls_own_command_counts_too()
    {
        await using var cluster = await ConsulCluster.StartAsync(new ConsulClusterOptions { Servers = 3, Clients = 1 }, None);
        var agent = cluster.Clients[0];
        await agent.PutKeyAsync("count/value", "0", None);
        var acknowledged = 0;
        var open = 0;
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var session = LabSessions.Open(agent.AddressText, policy: new ConsulRetryPolicy { MaxAttempts = 40, TotalTimeout = TimeSpan.FromSeconds(60) });
            for (var turn = 0; turn < 4; turn++)
            {
                using var held = await TakeAsync(session, "count/.lock", ttl: TimeSpan.FromSeconds(20));
                var entry = (await new KvReader(session).GetAsync("count/value", ConsulConsistency.Consistent, None)).Entry!;
                if (!held.IsHeld) continue;
                // Plain, so that only the lock keeps it right.
                var next = (int.Parse(entry.Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
                var result = await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = "count/value", Value = Encoding.UTF8.GetBytes(next), Fenced = true }, None);
                if (result.Outcome == ConsulKvOutcome.Written) Interlocked.Increment(ref acknowledged);
                else if (result.Outcome == ConsulKvOutcome.Unknown) Interlocked.Increment(ref open);
                await held.ReleaseAsync(false, None);
            }
        }, None)).ToArray();
        var byCommand = 0;
        for (var turn = 0; turn < 2; turn++)
        {
            await cluster.KillLeaderAsync(None);
            await cluster.HealAsync(None);
            var count = await agent.RunCliAsync(["lock", "-timeout=120s", "-monitor-retry=10", "-child-exit-code", "count", "v=$($CONSUL kv get count/value) && $CONSUL kv put count/value $((v+1))"],
                new Dictionary<string, string?> { ["CONSUL"] = ConsulBinary.Locate().Path }, None);
            if (count.ExitCode == 0) byCommand++;
            else open++;
        }
        await Task.WhenAll(workers);

        var end = int.Parse((await agent.GetKeyAsync("count/value", None))!, CultureInfo.InvariantCulture);
        Assert.InRange(end, acknowledged + byCommand, acknowledged + byCommand + open);
        Assert.True(acknowledged >= 8, $"{acknowledged} of 16");
    }

    private static Task<ConsulKvLock> TakeAsync(ConsulKvSession session, string key, TimeSpan? patience = null, TimeSpan? ttl = null, TimeSpan? lockDelay = null, int limit = 1) => KvLocking.AcquireAsync(session,
        new KvLockRequest { Key = key, Limit = limit, Patience = patience, Ttl = ttl ?? TimeSpan.FromSeconds(15), LockDelay = lockDelay ?? TimeSpan.Zero }, _ => { }, None);

    private static async Task LostAsync(ConsulKvLock held)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(40);
        while (!held.Lost.IsCancellationRequested && DateTime.UtcNow < until) await Task.Delay(20, None);
        Assert.True(held.Lost.IsCancellationRequested);
        Assert.False(held.IsHeld);
    }

    private async Task<IEnumerable<string>> SessionsOfAsync(string key) =>
        System.Text.Json.Nodes.JsonNode.Parse((await lab.Agent.SendAsync("GET", "/v1/session/list")).Body)!.AsArray()
            .Where(row => row!["Name"]!.ToString().StartsWith($"lock of {key} ", StringComparison.Ordinal)).Select(row => row!["ID"]!.ToString());

    private sealed class JumpingClock : TimeProvider
    {
        private long jumped;

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref jumped);

        public void Jump(TimeSpan time) => Interlocked.Add(ref jumped, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
