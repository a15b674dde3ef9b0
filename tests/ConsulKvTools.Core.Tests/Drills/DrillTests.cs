using System.Text;
using ConsulKvTools.Drills;
using ConsulKvTools.Kv;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Drills;

/// <summary>A drill says what was lost, and what it cannot say.</summary>
[Collection(AclAgentTests.Name)]
public sealed class DrillTests(AclAgentFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Claims => new()
    {
        // what was said of the write of "new"; what is there; what the drill has to say, since others, the script block among them, may write by other means
        { "Written", "new", "verified" }, { "Written", "old", "lost" }, { "Written", "older", "lost" }, { "Written", "nothing", "unverified" }, { "Written", "stranger", "unverified" },
        { "Unchanged", "old", "unverified" }, { "Unknown", "new", "unverified" }, { "Unknown", "old", "verified" },
        { "Failed", "old", "verified" }, { "Failed", "new", "unverified" }, { "Failed", "stranger", "unverified" }, { "Denied", "new", "unverified" },
    };

    [Theory]
    [MemberData(nameof(Claims))]
    public async Task What_a_write_was_said_to_be_is_held_against_what_is_there(string said, string there, string expected)
    {
        using var session = fixture.Session();
        var key = $"drill-{Guid.NewGuid():N}";
        await PutAsync(session, key, "old");
        var before = (await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, Stop)).Entry!.ModifyIndex;
        if (there is "new" or "stranger" or "older") await PutAsync(session, key, there);
        if (there == "nothing") await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Kind = ConsulKvWriteKind.Delete }, Stop);
        var write = DrillWrite.Of(new ConsulKvWrite { Key = key, Value = "new"u8.ToArray() });
        // Of the older one it is known that the new one came after it.
        var index = there == "older" ? (await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, Stop)).Entry!.ModifyIndex + 1 : before + 1;
        DrillOperation[] operations = [new(key, write, Enum.Parse<ConsulKvOutcome>(said), null, TimeSpan.Zero, TimeSpan.FromSeconds(1), 0, said == "Written" ? index : null)];

        var verification = await DrillVerification.RunAsync(session, operations, before, Stop);

        Assert.Equal(expected, verification.Lost.ContainsKey(key) ? "lost" : verification.Unverified.ContainsKey(key) ? "unverified" : "verified");
        var recorder = new DrillRecorder(TimeProvider.System);
        recorder.Struck(ConsulFaultKind.LeaderKill, "server", TimeSpan.Zero, TimeSpan.FromSeconds(2));
        var report = new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.LeaderKill], Seed = 1 }, operations, verification).Report(recorder, TimeSpan.FromSeconds(2), "x", true, 1, 0, []);
        Assert.Equal(expected == "lost" ? ConsulFaultDrillVerdict.Lost : expected == "verified" && said == "Written" ? ConsulFaultDrillVerdict.Survived : ConsulFaultDrillVerdict.Degraded, report.Verdict);
        Assert.Equal(report.Verdict, Assert.Single(report.Faults).Verdict);
    }

    [Fact]
    public async Task A_removal_that_was_said_to_be_done_and_was_not_is_a_loss()
    {
        using var session = fixture.Session();
        var key = $"drill-{Guid.NewGuid():N}";
        await PutAsync(session, key, "a");
        var put = (await new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, Stop)).Entry!.ModifyIndex;
        DrillOperation Did(ConsulKvWriteKind kind, int from, ulong? index) =>
            new(key, DrillWrite.Of(new ConsulKvWrite { Key = key, Kind = kind, Value = "a"u8.ToArray() }), ConsulKvOutcome.Written, null, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(from + 1), 0, index);

        Assert.Single((await DrillVerification.RunAsync(session, [Did(ConsulKvWriteKind.Put, 0, put), Did(ConsulKvWriteKind.Delete, 2, null)], 0, Stop)).Lost);
        Assert.Single((await DrillVerification.RunAsync(session, [Did(ConsulKvWriteKind.Put, 0, put - 1), Did(ConsulKvWriteKind.Delete, 2, null)], 0, Stop)).Unverified);
    }

    [Fact]
    public async Task The_last_of_several_writes_counts_and_of_those_at_once_any()
    {
        using var session = fixture.Session();
        var key = $"drill-{Guid.NewGuid():N}";
        await PutAsync(session, key, "b");
        DrillOperation Wrote(string value, int from, int to) =>
            new(key, DrillWrite.Of(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(value) }), ConsulKvOutcome.Written, null, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), 0, null);

        Assert.Empty((await DrillVerification.RunAsync(session, [Wrote("a", 0, 1), Wrote("b", 2, 3)], 0, Stop)).Lost);
        Assert.Empty((await DrillVerification.RunAsync(session, [Wrote("b", 0, 3), Wrote("a", 1, 4)], 0, Stop)).Lost);
        Assert.Single((await DrillVerification.RunAsync(session, [Wrote("b", 0, 1), Wrote("a", 2, 3)], ulong.MaxValue, Stop)).Lost);
    }

    [Fact]
    public void The_reason_of_a_degraded_drill_names_what_went_wrong_how_often_and_where_to_look()
    {
        DrillOperation Did(double from, double to, ConsulKvOutcome outcome, string? code = null) => new("k", null, outcome, code, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), 0, null);
        var recorder = new DrillRecorder(TimeProvider.System);
        recorder.Struck(ConsulFaultKind.LeaderKill, "server", TimeSpan.Zero, TimeSpan.FromSeconds(30));
        DrillOperation[] operations =
        [
            Did(0, 5, ConsulKvOutcome.Failed, "Cluster.NoLeader"), Did(5, 9, ConsulKvOutcome.Failed, "Cluster.NoLeader"), Did(9, 14, ConsulKvOutcome.Unknown, "Http.ResponseTimeout"), Did(14, 15, ConsulKvOutcome.Unchanged),
        ];
        var unsure = new DrillVerification(["a", "b"], new Dictionary<string, string> { ["k"] = "why" }, new Dictionary<string, string>());

        var reason = new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.LeaderKill], Seed = 1, AcceptedPause = TimeSpan.FromSeconds(10) }, operations, unsure).Report(recorder, TimeSpan.FromSeconds(30), "x", true, 7, 2, ["e"]).Reason;

        Assert.Equal("3 of 4 operations did not end well (2 Cluster.NoLeader, 1 Http.ResponseTimeout; see Outcomes); a pause of 15.0 s under LeaderKill is longer than the accepted 10.0 s (see Faults); "
            + "2 of 7 runs left an error (see Errors); of 1 key it cannot be told what became (see Unverified); nothing was lost, 2 keys verified", reason);
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_afterwards_is_neither_verified_nor_lost()
    {
        DrillOperation Wrote(string key, ConsulKvOutcome outcome) => new(key, DrillWrite.Of(new ConsulKvWrite { Key = key, Value = "a"u8.ToArray() }), outcome, null, TimeSpan.Zero, TimeSpan.FromSeconds(1), 0, null);
        // It was refused before it was sent: nobody could ask for it either.
        using var session = fixture.Session();
        var none = await DrillVerification.RunAsync(session, [Wrote("/bad", ConsulKvOutcome.Failed)], 0, Stop);
        Assert.Empty(none.Verified);
        Assert.Empty(none.Unverified);
        Assert.Empty(none.Lost);

        using var stranger = fixture.Session((await fixture.Agent.CreateTokenAsync("key_prefix \"other/\" { policy = \"write\" }", Stop)).SecretId);
        Assert.Contains("denied", Assert.Single((await DrillVerification.RunAsync(stranger, [Wrote("drill-denied", ConsulKvOutcome.Written)], 0, Stop)).Unverified).Value, StringComparison.OrdinalIgnoreCase);

        using var nowhere = fixture.Session(address: "http://127.0.0.1:1");
        var unheard = await DrillVerification.RunAsync(nowhere, [Wrote("drill-unheard", ConsulKvOutcome.Written)], 0, Stop);
        Assert.Equal("drill-unheard", Assert.Single(unheard.Unverified).Key);
        Assert.Empty(unheard.Lost);
    }

    [Fact]
    public void A_pause_is_time_without_success_while_something_is_under_way()
    {
        DrillOperation Did(double from, double to, ConsulKvOutcome outcome = ConsulKvOutcome.Unchanged) => new("k", null, outcome, outcome == ConsulKvOutcome.Unchanged ? null : "Cluster.NoLeader", TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), 0, null);
        ConsulFaultDrillReport Of(params DrillOperation[] operations)
        {
            var recorder = new DrillRecorder(TimeProvider.System);
            recorder.Struck(ConsulFaultKind.Freeze, "server", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
            return new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.Freeze], Seed = 1, AcceptedPause = TimeSpan.FromSeconds(3) }, operations, new DrillVerification([], new Dictionary<string, string>(), new Dictionary<string, string>()))
                .Report(recorder, TimeSpan.FromSeconds(30), "x", true, 1, 0, []);
        }

        // Idle is no pause.
        Assert.Equal(TimeSpan.FromSeconds(1), Of(Did(0, 1), Did(20, 21)).LongestPause);
        Assert.Equal(ConsulFaultDrillVerdict.NotHit, Of(Did(0, 1), Did(20, 21)).Verdict);
        Assert.Equal((TimeSpan.FromSeconds(5), ConsulFaultDrillVerdict.Degraded), Of(Did(0, 1), Did(3, 8)) is var slow ? (slow.Faults[0].LongestPause, slow.Verdict) : default);
        Assert.Equal(ConsulFaultDrillVerdict.Survived, Of(Did(0, 1), Did(3, 5)).Verdict);
        // Failures in a row are one pause until it goes well again.
        var failing = Of(Did(0, 1), Did(2, 3, ConsulKvOutcome.Failed), Did(3, 4, ConsulKvOutcome.Failed), Did(4, 5));
        Assert.Equal((TimeSpan.FromSeconds(3), ConsulFaultDrillVerdict.Degraded, TimeSpan.FromSeconds(3)), (failing.Faults[0].LongestPause, failing.Verdict, failing.Faults[0].RecoveredAfter));
    }

    [Theory]
    [InlineData(false, false, false, "the script block read and wrote nothing through the drilled session")]
    [InlineData(true, false, false, "no fault struck: let it run longer, or at a higher -Rate")]
    [InlineData(true, false, true, "no fault struck: give a longer -Duration or a shorter -Every")]
    [InlineData(true, true, true, "nothing was under way when faults struck")]
    public void What_met_nothing_says_what_to_do_about_it(bool didSomething, bool struck, bool isOwnCluster, string reason)
    {
        DrillOperation[] operations = didSomething ? [new("k", null, ConsulKvOutcome.Unchanged, null, TimeSpan.Zero, TimeSpan.FromSeconds(1), 0, null)] : [];
        var recorder = new DrillRecorder(TimeProvider.System);
        if (struck) recorder.Struck(ConsulFaultKind.Freeze, "server", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        var report = new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.Freeze], Seed = 1 }, operations, new DrillVerification([], new Dictionary<string, string>(), new Dictionary<string, string>()))
            .Report(recorder, TimeSpan.FromSeconds(30), "x", isOwnCluster, 1, 0, []);
        Assert.Equal((ConsulFaultDrillVerdict.NotHit, reason), (report.Verdict, report.Reason));
    }

    [Fact(Timeout = 60_000)]
    public async Task Judging_many_operations_takes_no_longer_than_they_did()
    {
        const int Many = 200_000;
        using var session = fixture.Session();
        var key = $"drill-{Guid.NewGuid():N}";
        await PutAsync(session, key, "a");
        var write = DrillWrite.Of(new ConsulKvWrite { Key = key, Value = "a"u8.ToArray() });
        DrillOperation[] operations = [.. Enumerable.Range(0, Many).Select(number => new DrillOperation(key, write, ConsulKvOutcome.Written, null, TimeSpan.FromMilliseconds(2 * number), TimeSpan.FromMilliseconds((2 * number) + 1), 0, null))];
        var recorder = new DrillRecorder(TimeProvider.System);
        foreach (var operation in operations) recorder.Struck(ConsulFaultKind.NoLeader, null, operation.Start, operation.Start);

        var verification = await Task.Run(() => DrillVerification.RunAsync(session, operations, 0, Stop), Stop);
        var report = await Task.Run(() => new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.NoLeader], Seed = 1 }, operations, verification).Report(recorder, operations[^1].End, "x", false, 1, 0, []), Stop);

        Assert.Equal((Many, Many, ConsulFaultDrillVerdict.Survived), (report.Faults[0].Operations, report.Injected, report.Verdict));
    }

    [Fact]
    public void Operations_meet_the_strikes_that_came_while_they_were_under_way()
    {
        DrillOperation Did(double from, double to) => new("k", null, ConsulKvOutcome.Unchanged, null, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), 0, null);
        var recorder = new DrillRecorder(TimeProvider.System);
        foreach (var (from, to) in new[] { (5, 5), (1, 3), (2, 2) }) recorder.Struck(ConsulFaultKind.NoLeader, null, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to));
        DrillOperation[] operations = [Did(0, 0.5), Did(0, 1), Did(2.5, 2.7), Did(3.1, 4.9), Did(4.9, 5.1), Did(5, 6), Did(5.1, 7)];
        var report = new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.NoLeader], Seed = 1 }, operations, new DrillVerification([], new Dictionary<string, string>(), new Dictionary<string, string>()))
            .Report(recorder, TimeSpan.FromSeconds(30), "x", false, 1, 0, []);
        Assert.Equal(4, Assert.Single(report.Faults).Operations);
    }

    [Theory]
    [InlineData(ConsulFaultKind.Latency)]
    [InlineData(ConsulFaultKind.ConnectTimeout)]
    [InlineData(ConsulFaultKind.AnswerSilent)]
    public async Task A_fault_that_outlasts_the_request_is_counted(ConsulFaultKind kind)
    {
        using var session = ConsulKvSession.Create(new ConsulSessionOptions
        {
            Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken), AllowFaultDrill = true, ConnectTimeout = TimeSpan.FromSeconds(20),
            RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 2, AttemptTimeout = TimeSpan.FromMilliseconds(300), TotalTimeout = TimeSpan.FromSeconds(1) },
        }, ConsulEnvironment.Empty);
        using var drill = await FaultDrill.OfSessionAsync(session, new DrillOptions { Kinds = [kind], Seed = 1, Rate = 1, Latency = TimeSpan.FromSeconds(20) }, Stop);
        await new KvWriter(drill.Session).WriteAsync(new ConsulKvWrite { Key = $"drill-{Guid.NewGuid():N}", Value = "a"u8.ToArray() }, Stop);
        drill.RunEnded([]);

        var report = await drill.EndAsync(Stop);

        Assert.Equal(ConsulFaultDrillVerdict.Degraded, report.Verdict);
        Assert.InRange(report.Injected, 1, 10);
        Assert.Equal(1, Assert.Single(report.Faults).Operations);
    }

    [Fact]
    public async Task The_rate_is_the_share_of_requests_that_meet_a_fault()
    {
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken), AllowFaultDrill = true }, ConsulEnvironment.Empty);
        using var drill = await FaultDrill.OfSessionAsync(session, new DrillOptions { Kinds = [ConsulFaultKind.Latency, ConsulFaultKind.IndexBackwards, ConsulFaultKind.Denied], Seed = 1, Rate = 1, Latency = TimeSpan.FromMilliseconds(1) }, Stop);
        for (var number = 0; number < 60; number++)
        {
            try
            {
                await new KvReader(drill.Session).GetAsync("drill-rate", ConsulConsistency.Default, Stop);
            }
            catch (ConsulException)
            {
                // Denied, as it may be.
            }
        }
        drill.RunEnded([]);
        var report = await drill.EndAsync(Stop);
        Assert.Equal(60, report.Injected);
        Assert.All(report.Faults, fault => Assert.InRange(fault.Count, 8, 35));
    }

    [Fact]
    public async Task Every_operation_whose_request_was_struck_is_counted_with_its_fault()
    {
        const int Many = 300;
        using var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = fixture.Agent.HttpAddress!.ToString(), Token = new ConsulSecret(fixture.ManagementToken), AllowFaultDrill = true }, ConsulEnvironment.Empty);
        using var drill = await FaultDrill.OfSessionAsync(session, new DrillOptions { Kinds = [ConsulFaultKind.Denied], Seed = 1, Rate = 1 }, Stop);
        for (var number = 0; number < Many; number++)
        {
            await new KvWriter(drill.Session).WriteAsync(new ConsulKvWrite { Key = "drill-struck", Value = "a"u8.ToArray() }, Stop);
            await new KvReader(drill.Session).GetAsync("drill-struck", ConsulConsistency.Default, Stop);
        }
        drill.RunEnded([]);

        var report = await drill.EndAsync(Stop);

        var fault = Assert.Single(report.Faults);
        // A denied read is an answer, so only the writes count as failed.
        Assert.Equal((2 * Many, 2 * Many, Many), (report.Injected, fault.Operations, fault.Failed));
        Assert.Equal(ConsulFaultDrillVerdict.Degraded, report.Verdict);
    }

    [Fact]
    public void A_drill_in_which_something_failed_is_not_one_that_was_not_hit()
    {
        DrillOperation[] operations = [new("k", null, ConsulKvOutcome.Failed, "Acl.PermissionDenied", TimeSpan.Zero, TimeSpan.FromSeconds(1), 0, null)];
        var recorder = new DrillRecorder(TimeProvider.System);
        recorder.Struck(ConsulFaultKind.Freeze, "server", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        var report = new DrillJudge(new DrillOptions { Kinds = [ConsulFaultKind.Freeze], Seed = 1 }, operations, new DrillVerification([], new Dictionary<string, string>(), new Dictionary<string, string>()))
            .Report(recorder, TimeSpan.FromSeconds(30), "x", true, 1, 0, []);
        Assert.Equal(ConsulFaultDrillVerdict.Degraded, report.Verdict);
        Assert.StartsWith("1 of 1 operation did not end well (1 Acl.PermissionDenied; see Outcomes)", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_without_the_mark_is_refused()
    {
        using var session = fixture.Session();
        var refused = await Assert.ThrowsAsync<ConsulConfigurationException>(() => FaultDrill.OfSessionAsync(session, new DrillOptions { Kinds = [ConsulFaultKind.NoLeader], Seed = 1 }, Stop));
        Assert.Equal("Drill.NotAllowed", refused.Finding.Code);
        FaultMatrix.Add(FaultOrigin.Real, "a session that was not made for drills was to be drilled", "Drill.NotAllowed", "refused", TimeSpan.Zero);
    }

    private static async Task PutAsync(ConsulKvSession session, string key, string value) =>
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = key, Value = Encoding.UTF8.GetBytes(value) }, Stop)).Outcome);
}
