using System.Globalization;
using System.IO.Compression;
using System.Text;
using ConsulKvTools.Logs;
using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Tests.Logs;

/// <summary>What lines come to: groups, events, bounds. The lines are Consul's own.</summary>
public sealed class LogSearchTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-logs-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Lines_that_mean_the_same_are_one_finding_whatever_key_they_name()
    {
        var found = Search(Enumerable.Range(0, 500).Select(number => Line(number, "ERROR", $"agent.http: Request error: method=PUT url=/v1/kv/app/{number} from=10.0.0.{number % 200}:53312 error=\"No cluster leader\"")));

        var leader = Assert.Single(found, one => one.Code == "Cluster.NoLeader");
        Assert.Equal((500, Start, Start.AddSeconds(499)), (leader.Count, leader.FirstSeen, leader.LastSeen));
        Assert.Equal(500, leader.Histogram.Sum());
        Assert.Equal(24, leader.Histogram.Count);
        Assert.All(leader.Histogram, part => Assert.InRange(part, 15, 30));
        Assert.Equal("log, line 1", leader.SampleSource);
    }

    [Fact]
    public void An_election_that_three_servers_tell_of_is_one_change_with_the_time_without_a_leader()
    {
        var search = new LogSearch(new());
        foreach (var server in new[] { "two", "three", "one" })
            Add(search, server,
                Line(0, "INFO", $"agent.server.serf.lan: serf: EventMemberJoin: {server} 127.0.0.1"),
                Line(1, "INFO", "agent.server: New leader elected: payload=one"),
                Line(100 + server.Length, "WARN", "agent.server.raft: heartbeat timeout reached, starting election: last-leader=127.0.0.1:8300"),
                Line(110 + server.Length * 0.5, "INFO", "agent.server: New leader elected: payload=two"));
        var found = search.Findings();

        var changes = Assert.Single(found, one => one.Code == "Log.LeaderChange");
        Assert.Equal(["one became leader", "the leader changed from one to two, 8.5 s after the first sign of its absence"], changes.Events.Select(one => one.Text));
        Assert.Equal(TimeSpan.FromSeconds(8.5), changes.Events[1].Duration);
        Assert.Equal(2, changes.Count);
    }

    [Fact]
    public void A_start_without_an_orderly_end_before_it_is_told_from_one_with()
    {
        var found = Search(
        [
            Line(0, "INFO", "agent: started state syncer"), Line(50, "INFO", "agent: Synced node info"), Line(60, "INFO", "agent: Requesting shutdown"), Line(61, "INFO", "agent: shutdown complete"),
            Line(90, "INFO", "agent: started state syncer"), Line(500, "INFO", "agent: Synced node info"), Line(900, "INFO", "agent: started state syncer"),
        ]);
        var starts = Assert.Single(found, one => one.Code == "Log.Restart");
        Assert.Equal(3, starts.Count);
        Assert.Contains("after it was asked to stop", starts.Events[1].Text, StringComparison.Ordinal);
        Assert.Contains("without having been asked", starts.Events[2].Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Warning, starts.Severity);
    }

    private static readonly string[] OrderlyRestart =
    [
        Line(0, "INFO", "agent: started state syncer"), Line(7170, "INFO", "agent: Caught: signal=terminated"), Line(7171, "INFO", "agent: Requesting shutdown"),
        Line(7210, "INFO", "agent: started state syncer"), Line(7270, "INFO", "agent: Synced node info"),
    ];

    [Fact]
    public void A_stop_before_the_time_that_is_asked_for_is_known_all_the_same()
    {
        var starts = Assert.Single(Search(OrderlyRestart, new() { Since = Start.AddSeconds(7200) }), one => one.Code == "Log.Restart");
        Assert.Equal(["the agent started again after it was asked to stop"], starts.Events.Select(one => one.Text));
        Assert.Equal(FindingSeverity.Info, starts.Severity);
        Assert.DoesNotContain(Search(OrderlyRestart, new() { Since = Start.AddSeconds(7220) }), one => one.Code == "Log.Restart");
        var change = Assert.Single(Search([Line(0, "INFO", "agent.server: New leader elected: payload=one"), Line(100, "INFO", "agent.server: New leader elected: payload=two")], new() { Since = Start.AddSeconds(50) }), one => one.Code == "Log.LeaderChange");
        Assert.Equal(["the leader changed from one to two"], change.Events.Select(one => one.Text));
    }

    [Fact]
    public void A_start_is_a_crash_only_where_the_lines_before_it_are_there()
    {
        static string[] Texts(LogSearch search) => [.. Assert.Single(search.Findings(), one => one.Code == "Log.Restart").Events.Select(one => one.Text[..Math.Min(60, one.Text.Length)])];
        const string crash = "the agent started again without having been asked to stop: i", unknown = "the agent started again; whether it had been asked to stop i";
        string[] old = [Line(0, "INFO", "agent: Node name: 'srv1'"), Line(1, "INFO", "agent: started state syncer"), Line(1800, "INFO", "agent: Synced node info")];

        // The name comes after the stop.
        var named = new LogSearch(new());
        Add(named, "rot.log.1", old);
        Add(named, "rot.log", Line(3600, "INFO", "agent: Synced node info"), Line(7171, "INFO", "agent: Requesting shutdown"), Line(7209, "INFO", "agent: Node name: 'srv1'"), Line(7210, "INFO", "agent: started state syncer"));
        Assert.Equal(["the agent started", "the agent started again after it was asked to stop"], Texts(named));

        // The stop is in a log that does not say whose it is.
        var nameless = new LogSearch(new());
        Add(nameless, "rot.log.2", old);
        Add(nameless, "rot.log.1", Line(3600, "INFO", "agent: Synced node info"), Line(7171, "INFO", "agent: Requesting shutdown"));
        Add(nameless, "rot.log", Line(7209, "INFO", "agent: Node name: 'srv1'"), Line(7210, "INFO", "agent: started state syncer"));
        Assert.Equal(["the agent started", unknown], Texts(nameless));

        // What lies between two logs was not given; a moment later nothing does.
        foreach (var (start, said) in new[] { (90_000, unknown), (1860, crash) })
        {
            var apart = new LogSearch(new());
            Add(apart, "consul-1.log", old);
            Add(apart, "consul-2.log", Line(start, "INFO", "agent: Node name: 'srv1'"), Line(start + 1, "INFO", "agent: started state syncer"));
            Assert.Equal(["the agent started", said], Texts(apart));
        }

        // Other programs were there before it.
        Assert.Equal(["the agent started"], Assert.Single(Search(["Jan 31 08:00:00 host sshd[1]: Accepted publickey", "Jan 31 09:00:00 host consul[2]: [INFO]  agent: started state syncer"]), one => one.Code == "Log.Restart").Events.Select(one => one.Text));
    }

    [Fact]
    public void Who_joins_later_does_not_give_a_log_its_name()
    {
        var lines = Enumerable.Range(0, 40).Select(number => Line(number, "INFO", "agent: Synced node info")).Append(Line(50, "INFO", "agent.server.serf.lan: serf: EventMemberJoin: other 127.0.0.1")).Append(Line(60, "ERROR", "agent: error=\"No cluster leader\"")).ToArray();
        Assert.Empty(Assert.Single(Search(lines), one => one.Code == "Cluster.NoLeader").Nodes);
    }

    [Fact]
    public void A_leader_is_lost_only_where_the_log_ends_without_one()
    {
        static string[] Changes(params string[] lines) => [.. Search(lines).Where(one => one.Code == "Log.LeaderChange").SelectMany(one => one.Events).Select(one => one.Text)];
        var missed = Line(0, "WARN", "agent.server.raft: heartbeat timeout reached, starting election: last-leader=10.0.0.1:8300");
        string Asked(double second) => Line(second, "ERROR", "agent.http: Request error: method=PUT url=/v1/kv/app/x from=10.0.0.7:53312 error=\"No cluster leader\"");

        // A request that waited through the election.
        Assert.Equal(["two became leader, 3.0 s after the first sign of its absence"], Changes(missed, Line(3, "INFO", "agent.server: New leader elected: payload=two"), Asked(3.01), Line(3600, "INFO", "agent: Synced service: service=web")));
        // A server that was away for a moment.
        Assert.Empty(Changes(missed, Line(3600, "INFO", "agent: Synced node info")));
        Assert.Equal(["the leader was lost, and the log does not tell of a new one"], Changes(missed, Line(60, "INFO", "agent: Synced node info")));
        Assert.Equal(["the leader was lost, and the log does not tell of a new one"], Changes([missed, .. Enumerable.Range(1, 300).Select(number => Asked(number * 20)), Line(6010, "INFO", "agent: Synced node info")]));
        // Other programs have leaders of their own.
        Assert.Empty(Changes(Line(0, "WARN", "nomad.raft: heartbeat timeout reached, starting election"), Line(1, "INFO", "nomad: cluster leadership acquired")));
    }

    [Fact]
    public void What_took_long_and_was_no_write_is_no_slow_write()
    {
        Assert.DoesNotContain(Search(
        [
            Line(0, "WARN", "agent: Check took longer: check \"web\" took 5s to answer"), "Nov 22 08:00:01 host postgres[77]: checkpoint took 12.5s", "Nov 22 08:00:02 host systemd[1]: backup.service took 1m30s",
            Line(3, "DEBUG", "agent.http: Request finished: method=PUT url=/v1/agent/check/pass/web from=127.0.0.1:1 latency=5s"), Line(4, "DEBUG", "agent.http: Request finished: method=GET url=/v1/kv/a?latency=9s&method=PUT from=127.0.0.1:1 latency=5s"),
        ]), one => one.Code == "Log.SlowWrites");
    }

    [Fact]
    public void Slow_writes_are_named_by_their_time_and_reads_are_not()
    {
        var found = Search(
        [
            Line(0, "DEBUG", "agent.http: Request finished: method=PUT url=/v1/kv/app/a from=127.0.0.1:60274 latency=1.5s"),
            Line(1, "DEBUG", "agent.http: Request finished: method=PUT url=/v1/kv/app/b?token=5f9e1a33-3a88-4b63-9b8e-1f7b7f3c1d2e from=127.0.0.1:60274 latency=1m2.5s"),
            Line(2, "DEBUG", "agent.http: Request finished: method=PUT url=/v1/kv/app/c from=127.0.0.1:60274 latency=271.403µs"),
            Line(3, "DEBUG", "agent.http: Request finished: method=GET url=/v1/kv/app/c?index=9 from=127.0.0.1:60274 latency=5m0.5s"),
            "    2019/01/31 08:05:00 [DEBUG] http: Request PUT /v1/txn (2.5s) from=127.0.0.1:1",
            // As JSON its fields stand in the order of their names.
            """    {"@level":"debug","@message":"Request finished","@module":"agent.http","@timestamp":"2026-01-31T08:00:09.000000Z","from":"127.0.0.1:5","latency":"3.5s","method":"PUT","url":"/v1/kv/app/json"}""",
            """    {"@level":"debug","@message":"Request finished","@module":"agent.http","@timestamp":"2026-01-31T08:00:09.000000Z","from":"127.0.0.1:5","latency":"3.5s","method":"GET","url":"/v1/kv/app/json"}""",
        ]);
        var slow = Assert.Single(found, one => one.Code == "Log.SlowWrites");
        Assert.Equal(4, slow.Count);
        Assert.Contains("PUT /v1/kv/app/json took 3.5 s", slow.Events.Select(one => one.Text));
        Assert.Contains("PUT /v1/kv/app/b", slow.Title, StringComparison.Ordinal);
        Assert.DoesNotContain("5f9e1a33", slow.Title + string.Join(" ", slow.Events), StringComparison.Ordinal);
    }

    [Fact]
    public void A_burst_is_ten_failures_and_five_times_the_usual_minute()
    {
        string Failure(double second) => Line(second, "ERROR", "agent.http: Request error: method=PUT url=/v1/kv/a from=1.1.1.1:1 error=\"No cluster leader\"");
        var quiet = Enumerable.Range(0, 120).Select(minute => Failure(minute * 60));
        Assert.DoesNotContain(Search(quiet), one => one.Code == "Log.FailureBurst");
        Assert.DoesNotContain(Search(quiet.Concat(Enumerable.Range(0, 8).Select(second => Failure(3600 + second)))), one => one.Code == "Log.FailureBurst");
        var burst = Assert.Single(Search(quiet.Concat(Enumerable.Range(0, 90).Select(second => Failure(3600 + second)))), one => one.Code == "Log.FailureBurst");
        Assert.Equal(1, burst.Count);
        Assert.Equal((Start.AddHours(1), TimeSpan.FromMinutes(2)), (burst.Events[0].Time, burst.Events[0].Duration));
        Assert.Contains("92 failures in 2 minutes, most of them Cluster.NoLeader", burst.Events[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_and_times_that_go_back_are_told()
    {
        var found = Search([Line(0, "INFO", "agent.server.raft: starting snapshot up to: index=16"), Line(2, "INFO", "agent.server.raft: snapshot complete up to: index=16"), Line(-3600, "INFO", "agent: x")]);
        Assert.Equal("a snapshot up to index 16 took 2.0 s", Assert.Single(found, one => one.Code == "Log.Snapshot").Events[0].Text);
        Assert.Equal(TimeSpan.FromSeconds(3602), Assert.Single(found, one => one.Code == "Log.ClockJump").Events[0].Duration);
    }

    private static TimeZoneInfo Berlin()
    {
        var spring = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday);
        var autumn = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday);
        return TimeZoneInfo.CreateCustomTimeZone("Berlin", TimeSpan.FromHours(1), null, null, null, [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), spring, autumn)]);
    }

    private static string[] MomentsInBerlin(params string[] times)
    {
        var raw = new List<ConsulLogLine>();
        var search = new LogSearch(new(), raw.Add);
        var source = new LogSource("log", Start.AddYears(1), hasNumbers: true) { Zone = Berlin() };
        foreach (var time in times) search.Add(source, $"{time} [INFO] agent: Synced node info");
        Assert.DoesNotContain(search.Findings(), one => one.Code == "Log.ClockJump");
        return [.. raw.Select(line => $"{line.Time:HH:mm:sszzz}")];
    }

    [Fact]
    public void The_hour_that_comes_twice_in_autumn_is_told_in_its_order()
    {
        Assert.Equal(["01:59:00+02:00", "02:00:00+02:00", "02:59:50+02:00", "02:00:05+01:00", "02:59:59+01:00", "03:00:00+01:00"],
            MomentsInBerlin("2026/10/25 01:59:00", "2026/10/25 02:00:00", "2026/10/25 02:59:50", "2026/10/25 02:00:05", "2026/10/25 02:59:59", "2026/10/25 03:00:00"));
        // Lines that are a little out of order are no second pass.
        Assert.Equal(["02:30:01+02:00", "02:30:00+02:00", "02:40:00+02:00", "02:10:00+01:00", "02:09:59+01:00"],
            MomentsInBerlin("2026/10/25 02:30:01", "2026/10/25 02:30:00", "2026/10/25 02:40:00", "2026/10/25 02:10:00", "2026/10/25 02:09:59"));

        // Of several logs each goes back by itself.
        var search = new LogSearch(new());
        foreach (var (name, lines) in new (string, string[])[]
        {
            ("one", ["2026/10/25 02:58:00 [INFO] consul: New leader elected: one", "2026/10/25 02:59:50 [WARN] raft: Heartbeat timeout from \"10.0.0.1:8300\" reached, starting election", "2026/10/25 02:00:05 [INFO] consul: New leader elected: two", "2026/10/25 02:00:20 [INFO] agent: Synced node info"]),
            ("two", ["2026/10/25 02:58:00 [INFO] consul: New leader elected: one", "2026/10/25 02:00:05 [INFO] consul: New leader elected: two"]),
        })
        {
            var source = new LogSource(name, Start.AddYears(1), hasNumbers: true) { Zone = Berlin() };
            foreach (var line in lines) search.Add(source, line);
        }
        Assert.Equal(["one became leader", "the leader changed from one to two, 15.0 s after the first sign of its absence"], Changes(search.Findings()));
    }

    [Fact]
    public void A_line_after_an_agent_has_said_its_name_is_of_the_same_pass()
    {
        var raw = new List<ConsulLogLine>();
        var search = new LogSearch(new(), raw.Add);
        var source = new LogSource("log", Start.AddYears(1), hasNumbers: true) { Zone = Berlin() };
        foreach (var line in new[] { "2026/10/25 02:59:00 [INFO] agent: Synced node info", "2026/10/25 02:10:00 [INFO] agent: Node name: 'srv1'", "2026/10/25 02:10:01 [INFO] agent: started state syncer" }) search.Add(source, line);
        Assert.Equal(["02:59:00+02:00", "02:10:00+01:00", "02:10:01+01:00"], raw.Select(line => $"{line.Time:HH:mm:sszzz}"));
    }

    [Fact]
    public void An_hour_that_comes_twice_in_autumn_is_no_clock_set_back()
    {
        Assert.DoesNotContain(Search(["2026-10-25 02:59:50 [INFO]  agent: Synced node info", "2026-10-25 02:00:05 [INFO]  agent: Synced node info"]), one => one.Code == "Log.ClockJump");
        Assert.Contains(Search(["2026-10-25T02:59:50Z [INFO]  agent: Synced node info", "2026-10-25T02:00:05Z [INFO]  agent: Synced node info"]), one => one.Code == "Log.ClockJump");
        Assert.Contains(Search(["2026-10-25 12:59:50 [INFO]  agent: Synced node info", "2026-10-25 12:00:05 [INFO]  agent: Synced node info"]), one => one.Code == "Log.ClockJump");
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("0001-01-01 00:00:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("9999-12-31 23:59:59")]
    [InlineData("1969-12-31T23:59:59Z")]
    public void A_time_that_is_none_stops_nothing(string time)
    {
        var found = Search([Line(0, "ERROR", "agent: error=\"No cluster leader\""), $"{time} [ERROR] agent: error=\"No cluster leader\"", Line(2, "ERROR", "agent: error=\"No cluster leader\"")]);
        var leader = Assert.Single(found, one => one.Code == "Cluster.NoLeader");
        Assert.Equal((3, Start, Start.AddSeconds(2)), (leader.Count, leader.FirstSeen, leader.LastSeen));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1601)]
    [InlineData(9999)]
    public void A_file_of_any_age_gives_times_without_a_year_one(int year)
    {
        var search = new LogSearch(new());
        var source = new LogSource("log", new DateTimeOffset(year, 12, 31, 23, 59, 59, TimeSpan.Zero), hasNumbers: true);
        foreach (var line in new[] { "Feb 29 08:05:00 host consul[1]: [ERR] agent: No cluster leader", "Dec 31 23:59:59 host consul[1]: [ERR] agent: No cluster leader" }) search.Add(source, line);
        Assert.Equal(2, Assert.Single(search.Findings(), one => one.Code == "Cluster.NoLeader").Count);
    }

    // The zone of the machine that runs the tests is not known.
    private static readonly TimeZoneInfo Tokyo = TimeZoneInfo.CreateCustomTimeZone("Tokyo", TimeSpan.FromHours(9), null, null);

    [Theory]
    [InlineData("2025-12-31T23:00:00Z", "Dec 31 23:59:58", "2025-12-31T23:59:58+09:00")]
    [InlineData("2025-12-31T23:00:00Z", "Jan  1 00:00:02", "2026-01-01T00:00:02+09:00")]
    [InlineData("2025-12-31T23:00:00Z", "Jan  1 07:59:02", "2026-01-01T07:59:02+09:00")]
    [InlineData("2025-12-30T10:00:00Z", "Jan  1 07:59:02", "2025-01-01T07:59:02+09:00")]
    [InlineData("2024-02-28T20:00:00Z", "Feb 29 04:00:00", "2024-02-29T04:00:00+09:00")]
    [InlineData("2023-12-31T20:00:00Z", "Feb 29 04:00:00", "2020-02-29T04:00:00+09:00")]
    public void A_time_without_a_year_is_of_the_year_that_it_is_here_and_not_in_Greenwich(string end, string time, string moment)
    {
        var raw = new List<ConsulLogLine>();
        new LogSearch(new(), raw.Add).Add(new LogSource("log", DateTimeOffset.Parse(end, CultureInfo.InvariantCulture), hasNumbers: true) { Zone = Tokyo }, $"{time} web1 consul[1]: [ERR] http: Request PUT /v1/kv/a, error: No cluster leader from=127.0.0.1:1");
        var line = Assert.Single(raw);
        Assert.Equal(moment, $"{line.Time:yyyy-MM-ddTHH:mm:sszzz}");
    }

    [Fact]
    public void The_code_of_what_no_rule_knows_chooses_lines_too_and_one_of_nothing_is_told()
    {
        var raw = new List<ConsulLogLine>();
        var request = new LogSearchRequest { Codes = ["log.unrecognised"] };
        Add(new LogSearch(request, raw.Add), "log", Line(0, "WARN", "agent: strange"), Line(1, "INFO", "agent: fine"), Line(2, "ERROR", "agent: error=\"No cluster leader\""));
        Assert.Equal("strange", Assert.Single(raw).Message);
        Assert.Empty(request.CodesOfNothing);
        Assert.Equal(["Cluster.NoLeadr", "*.NoLeader", "Xyz.*"], new LogSearchRequest { Codes = ["Cluster.NoLeadr", "Cluster.No*", "*.NoLeader", "Xyz.*", "*"] }.CodesOfNothing);
    }

    [Theory]
    [InlineData("agent.server.raft: failed to contact quorum of nodes, stepping down", "The cluster lost its quorum: too few servers are alive")]
    [InlineData("agent.server.raft: no known peers, aborting election", "The cluster has never elected a leader")]
    public void A_title_leaves_out_what_a_line_does_not_tell(string line, string title) => Assert.Contains(Search([Line(0, "WARN", line)]), one => one.Title == title);

    [Fact]
    public void What_no_rule_knows_is_grouped_by_its_words()
    {
        var found = Search(Enumerable.Range(0, 100).Select(number => Line(number, "WARN", $"agent.proxycfg: frobnication of 10.1.{number}.7:8300 postponed: id=0a1b2c3d-{number:0000}-4444-8888-0123456789ab attempt={number}"))
            .Append(Line(200, "INFO", "agent: nothing special")));
        var unknown = Assert.Single(found, one => one.Code == "Log.Unrecognised");
        Assert.Equal(100, unknown.Count);
        Assert.Contains("frobnication", unknown.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_level_and_code_choose_what_counts()
    {
        string[] lines = [Line(0, "ERROR", "agent: error=\"No cluster leader\""), Line(60, "WARN", "agent: error=\"No cluster leader\""), Line(120, "ERROR", "agent: error=\"No cluster leader\""), Line(130, "ERROR", "agent: something else that is odd")];
        Assert.Equal(2, Assert.Single(Search(lines, new() { Since = Start.AddSeconds(30), Until = Start.AddSeconds(125) }), one => one.Code == "Cluster.NoLeader").Count);
        Assert.Equal(2, Assert.Single(Search(lines, new() { Level = ConsulLogLevel.Error }), one => one.Code == "Cluster.NoLeader").Count);
        Assert.Equal(["Cluster.NoLeader"], Search(lines, new() { Codes = ["cluster.*"] }).Select(one => one.Code));
    }

    [Fact]
    public void A_line_that_says_no_level_is_as_grave_as_the_one_that_it_continues()
    {
        static string[] Grave(params string[] lines)
        {
            var raw = new List<ConsulLogLine>();
            Add(new LogSearch(new() { Level = ConsulLogLevel.Error }, raw.Add), "log", lines);
            return [.. raw.Select(line => line.Message)];
        }

        Assert.Equal(["odd", "goroutine 1 [running]:", "main.go:7"],
            Grave("==> Starting Consul agent...", "           Version: '1.22.0'", Line(0, "INFO", "agent: fine"), "  more of it", Line(1, "ERROR", "agent: odd"), "goroutine 1 [running]:", "\tmain.go:7", Line(2, "INFO", "agent: fine"), "  more of it"));
        // An agent that starts again begins anew, and one that dies says no level.
        Assert.Equal(["odd", "panic: runtime error", "goroutine 1 [running]:"],
            Grave(Line(0, "ERROR", "agent: odd"), "==> Starting Consul agent...", "           Version: '1.22.0'", Line(2, "INFO", "agent: fine"), "panic: runtime error", "goroutine 1 [running]:"));
        // Docker and Kubernetes give each line a time; syslog's other programs continue nothing.
        Assert.Equal(["odd", "main.go:7"], Grave("2026-01-31T08:05:00Z stderr F [ERROR] agent: odd", "2026-01-31T08:05:00Z stderr F main.go:7"));
        Assert.Equal(["odd", "main.go:7"], Grave("Jan 31 08:00:00 host consul[1]: [ERR] agent: odd", "Jan 31 08:00:00 host consul[1]: main.go:7", "Jan 31 08:00:00 host sshd[2]: Accepted publickey", "Jan 31 08:00:00 other consul[1]: x"));
        // What a rule knows is told whatever its line lacks.
        Assert.Single(Grave("2026-01-31 08:00:00 our-app: put failed: Unexpected response code: 500 (No cluster leader)"));
    }

    [Fact]
    public void No_secret_of_a_line_is_in_what_is_told()
    {
        const string secret = "5f9e1a33-3a88-4b63-9b8e-1f7b7f3c1d2e";
        var raw = new List<ConsulLogLine>();
        var search = new LogSearch(new(), raw.Add);
        Add(search, "log", Line(0, "ERROR", $"agent.http: Request error: method=PUT url=/v1/kv/a?token={secret} from=1.1.1.1:1 error=\"ACL not found\""), Line(1, "WARN", $"agent: strange thing with token {secret}"));
        Assert.DoesNotContain(secret, string.Join("\n", raw.Select(line => line.Message)) + string.Join("\n", search.Findings().Select(found => $"{found.Sample} {found.Title} {found.Finding}")), StringComparison.Ordinal);
        Assert.Equal(2, raw.Count);
    }

    [Fact]
    public void A_secret_that_lies_across_a_cut_is_not_shown_in_part()
    {
        const string secret = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
        // Wherever a line is cut for people's eyes, one of these lies across it.
        foreach (var length in new[] { 280, 555, 575, 590, 7950, 7990 })
            foreach (var line in new[]
            {
                Line(0, "ERROR", $"agent.weird: {new string('y', length)} {secret} and more"),
                Line(0, "ERROR", $"agent.weird: {new string('y', length)} password=\"{secret} {secret}\" and more"),
                Line(0, "ERROR", $"agent.http: Request error: url=/v1/kv/a?token={secret} error=\"No cluster leader\" {new string('y', length)} {secret}"),
                $"{{\"@level\":\"error\",\"@message\":\"odd\",\"@module\":\"agent.weird\",\"@timestamp\":\"2026-01-31T08:00:00.000000Z\",\"a\":\"{new string('y', length)}\",\"b\":\"{secret}\"}}",
                Line(0, "DEBUG", $"agent.http: Request finished: method=PUT url=/v1/kv/{new string('y', length % 500)}?token={secret} from=127.0.0.1:1 latency=5s"),
            })
            {
                var raw = new List<ConsulLogLine>();
                var search = new LogSearch(new(), raw.Add);
                Add(search, "log", line);
                var shown = string.Join("\n", raw.Select(one => one.Message)) + string.Join("\n", search.Findings().Select(found => $"{found.Sample} {found.Title} {found.Finding} {string.Join(" ", found.Finding.Evidence.Values.Cast<object>())} {string.Join(" ", found.Events)}"));
                Assert.NotEmpty(raw);
                Assert.DoesNotContain(secret[..6], shown, StringComparison.Ordinal);
            }
    }

    [Fact]
    public void A_line_of_a_megabyte_is_masked_whole_and_in_time()
    {
        var raw = new List<ConsulLogLine>();
        var search = new LogSearch(new(), raw.Add);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Add(search, "log", Line(0, "ERROR", "agent.weird: " + string.Concat(Enumerable.Range(0, 26_000).Select(number => $"{Guid.NewGuid()}, "))));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.DoesNotMatch("[0-9a-f]{8}-", Assert.Single(raw).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_one_line_means_is_not_taken_for_what_another_means(bool backwards)
    {
        var rows = Errors.CorpusRow.All.Where(row => row.Text.IndexOf('\n', StringComparison.Ordinal) < 0).Select(row => row.Text)
            .Concat(new[] { 503, 429, 413, 403, 400 }.Select((status, second) => Line(second, "ERROR", $"agent.proxy: rpc error: error=\"Unexpected response code: {status} ()\"")))
            .Concat(new[] { "No cluster leader", "Permission denied", "ACL not found" }.Select((said, second) => Line(second, "ERROR", $"agent.anti_entropy: failed to sync remote state: error=\"{string.Concat(Enumerable.Repeat("rpc error making call: ", 40))}{said}\"")))
            .Concat(new[] { 48, 45, 42 }.Select(alert => $"2026-01-31T08:00:00Z our-app: consul: error:0A000418:SSL routines::tlsv1 alert: SSL alert number {alert}"))
            .Concat(new[] { "consul", "redis" }.Select(program => $"Jan 31 08:00:00 host {program}[12]: dial tcp 127.0.0.1:8500: connect: connection refused"))
            .ToArray();
        if (backwards) Array.Reverse(rows);
        var alone = rows.Select(row => CodesOf([row])[0]).ToArray();
        var together = CodesOf(rows);
        var wrong = rows.Select((row, index) => (row, alone[index], together[index])).Where(line => line.Item2 != line.Item3).ToArray();
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
        Assert.True(alone.Distinct().Count() > 50);
    }

    private static string?[] CodesOf(string[] lines)
    {
        var codes = new List<string?>();
        var search = new LogSearch(new(), line => codes.Add(line.Code));
        Add(search, "log", [.. lines.Select(line => line.Trim().Length == 0 ? "x" : line)]);
        return [.. codes];
    }

    [Fact]
    public void A_rotated_set_packed_or_not_is_read_in_the_order_in_which_it_was_written()
    {
        var log = Path.Combine(folder.FullName, "consul.log");
        File.WriteAllText(log, Line(300, "INFO", "agent.server: New leader elected: payload=three"));
        File.WriteAllText(Path.Combine(folder.FullName, "consul.log.1"), Line(200, "INFO", "agent.server: New leader elected: payload=two"));
        using (var packed = new GZipStream(File.Create(Path.Combine(folder.FullName, "consul.log.2.gz")), CompressionLevel.Fastest)) packed.Write(Encoding.UTF8.GetBytes(Line(100, "INFO", "agent.server: New leader elected: payload=one")));
        File.WriteAllText(Path.Combine(folder.FullName, "consul-1600000000.log"), Line(0, "INFO", "agent.server: New leader elected: payload=zero"));
        foreach (var other in new[] { "swp", "bak", "old~", "1.txt", "lock", "part" }) File.WriteAllText(Path.Combine(folder.FullName, "consul.log." + other), Line(0, "INFO", "agent.server: New leader elected: payload=stranger"));
        File.WriteAllText(Path.Combine(folder.FullName, "consul-template.log"), Line(0, "INFO", "agent.server: New leader elected: payload=stranger"));

        var files = LogFiles.InOrder(LogFiles.WithRotated(log), Stop);
        Assert.Equal(["consul-1600000000.log", "consul.log.2.gz", "consul.log.1", "consul.log"], files.Select(Path.GetFileName));
        var search = new LogSearch(new());
        foreach (var file in files) LogFiles.Read(file, search, null, Stop);
        Assert.Equal(["zero became leader", "the leader changed from zero to one", "the leader changed from one to two", "the leader changed from two to three"], Assert.Single(search.Findings(), one => one.Code == "Log.LeaderChange").Events.Select(one => one.Text));
        Assert.DoesNotContain(search.Findings(), one => one.Code == "Log.ClockJump");
    }

    [Fact]
    public void A_rotated_file_that_is_just_being_packed_counts_once()
    {
        foreach (var name in new[] { "c.log", "c.log.1", "c.log.2", "c.log.2.gz", "c.log.3.gz", "c.log-20260131", "c.log-20260131.xz" }) File.WriteAllText(Path.Combine(folder.FullName, name), "");
        Assert.Equal(["c.log", "c.log-20260131", "c.log.1", "c.log.2", "c.log.3.gz"], LogFiles.WithRotated(Path.Combine(folder.FullName, "c.log")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("consul.log.0")]
    [InlineData("consul.log.12.xz")]
    [InlineData("consul.log-20260131")]
    [InlineData("consul.log-20260131.gz")]
    [InlineData("consul.log-2026-01-31")]
    [InlineData("consul.log.2026-01-31T08:00:00Z")]
    [InlineData("consul.log.2026-01-31_080000.zst")]
    [InlineData("consul.log-1604300000")]
    public void A_rotated_file_is_known_by_its_number_or_date(string name)
    {
        File.WriteAllText(Path.Combine(folder.FullName, "consul.log"), "");
        File.WriteAllText(Path.Combine(folder.FullName, name), "");
        Assert.Contains(name, LogFiles.WithRotated(Path.Combine(folder.FullName, "consul.log")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.999)]
    [InlineData(1)]
    public void A_packed_file_that_breaks_off_is_an_error_after_what_could_be_read(double part)
    {
        var file = Path.Combine(folder.FullName, "torn.gz");
        Pack(file, 20_000);
        using (var open = File.OpenWrite(file)) open.SetLength(Math.Min((long)(open.Length * part), open.Length - 1));
        var search = new LogSearch(new());
        var torn = Assert.Throws<ConsulException>(() => LogFiles.Read(file, search, null, Stop));
        Assert.Equal("Log.SourceUnusable", torn.Finding.Code);
        Assert.Contains("broken off", torn.Finding.Title, StringComparison.Ordinal);
        var count = Assert.Single(search.Findings(), one => one.Code == "Cluster.NoLeader").Count;
        Assert.InRange(count, 1000, part < 0.9 ? 15_000 : 20_000);
    }

    [Fact]
    public void A_packed_file_of_several_parts_is_whole_unless_the_last_is_not()
    {
        var (one, two, both) = (Path.Combine(folder.FullName, "1.gz"), Path.Combine(folder.FullName, "2.gz"), Path.Combine(folder.FullName, "both.gz"));
        Pack(one, 2000);
        Pack(two, 500);
        File.WriteAllBytes(both, [.. File.ReadAllBytes(one), .. File.ReadAllBytes(two)]);
        var search = new LogSearch(new());
        LogFiles.Read(both, search, null, Stop);
        Assert.Equal(2500, Assert.Single(search.Findings(), found => found.Code == "Cluster.NoLeader").Count);
        using (var open = File.OpenWrite(both)) open.SetLength(open.Length - 9);
        Assert.Throws<ConsulException>(() => LogFiles.Read(both, new LogSearch(new()), null, Stop));
        Pack(two, 0);
        LogFiles.Read(two, new LogSearch(new()), null, Stop);
    }

    private static void Pack(string file, int lines)
    {
        using var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        foreach (var line in Enumerable.Range(0, lines).Select(number => Line(number, "ERROR", $"agent: error=\"No cluster leader\" {Guid.NewGuid()}\n"))) packed.Write(Encoding.UTF8.GetBytes(line));
    }

    [Fact]
    public void A_large_log_costs_no_memory_to_speak_of()
    {
        var lines = Enumerable.Range(0, 200).Select(number => Line(number, number % 20 == 0 ? "WARN" : "INFO", number % 20 == 0 ? $"agent.http: Request error: method=PUT url=/v1/kv/a/{number} from=127.0.0.1:{number} error=\"No cluster leader\"" : number % 3 == 0 ? $"agent.http: Request finished: method={(number % 2 == 0 ? "GET" : "PUT")} url=/v1/kv/a/{number} from=127.0.0.1:60274 latency=271.4{number}µs" : $"agent.server.serf.lan: serf: attempting reconnect to node-{number} 10.0.0.{number}:8301")).ToArray();
        var search = new LogSearch(new());
        var source = new LogSource("log", DateTimeOffset.UtcNow, true);
        for (var warm = 0; warm < 5; warm++)
            foreach (var line in lines) search.Add(source, line);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 500; round++)
            foreach (var line in lines) search.Add(source, line);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100_000d;
        Assert.True(each < 200, $"{each} bytes a line");
    }

    [Fact]
    public void What_is_too_much_to_keep_is_counted_all_the_same()
    {
        var found = Search(Enumerable.Range(0, 30_000).Select(number => Line(number, "DEBUG", $"agent.http: Request finished: method=PUT url=/v1/kv/app/{number} from=127.0.0.1:1 latency=1.5s")));
        var slow = Assert.Single(found, one => one.Code == "Log.SlowWrites");
        Assert.Equal((30_000, 1000), (slow.Count, slow.Events.Count));
    }

    [Fact]
    public void Of_a_flood_of_slow_writes_all_are_in_the_numbers()
    {
        static string Took(int second, string time) => Line(second, "DEBUG", $"agent.http: Request finished: method=PUT url=/v1/kv/app/{second} from=127.0.0.1:1 latency={time}");
        var slow = Assert.Single(Search([.. Enumerable.Range(0, 30_000).Select(second => Took(second, "1.5s")), Took(30_000, "60s")]), one => one.Code == "Log.SlowWrites");
        Assert.Equal((30_001, 30_001, Start, Start.AddSeconds(30_000)), (slow.Count, slow.Histogram.Sum(), slow.FirstSeen, slow.LastSeen));
        Assert.Contains("/v1/kv/app/30000 took 0:01:00", slow.Title, StringComparison.Ordinal);
        Assert.Equal(Start, slow.Events[0].Time);
        // The first thousand are those by time, in whatever order the logs were read.
        var search = new LogSearch(new());
        Add(search, "new", [.. Enumerable.Range(20_000, 12_000).Select(second => Took(second, "1.5s"))]);
        Add(search, "old", [.. Enumerable.Range(0, 12_000).Select(second => Took(second, "1.5s"))]);
        slow = Assert.Single(search.Findings(), one => one.Code == "Log.SlowWrites");
        Assert.Equal((24_000, 24_000, Start, Start.AddSeconds(31_999), Start.AddSeconds(999)), (slow.Count, slow.Histogram.Sum(), slow.FirstSeen, slow.LastSeen, slow.Events[^1].Time));
    }

    [Fact]
    public void A_flood_of_times_that_go_back_is_counted_like_its_histogram()
    {
        var jumps = Assert.Single(Search(Enumerable.Range(0, 60_000).Select(number => Line(number % 2 == 0 ? number : number - 10, "INFO", "agent: x"))), one => one.Code == "Log.ClockJump");
        Assert.Equal((30_000, 30_000, Start.AddSeconds(59_989)), (jumps.Count, jumps.Histogram.Sum(), jumps.LastSeen));
        Assert.Contains("line 60000", jumps.Title, StringComparison.Ordinal);
    }

    private static string Asked(double second) => Line(second, "ERROR", "agent.http: Request error: method=PUT url=/v1/kv/app/x from=10.0.0.7:53312 error=\"No cluster leader\"");

    private static string Elected(double second, string name) => Line(second, "INFO", $"agent.server: New leader elected: payload={name}");

    private static string[] Changes(IReadOnlyList<ConsulLogFinding> found) => [.. found.Where(one => one.Code == "Log.LeaderChange").SelectMany(one => one.Events).Select(one => one.Text)];

    [Fact]
    public void An_outage_is_told_however_often_a_former_one_was_complained_of()
    {
        Assert.Equal(["one became leader", "the leader changed from one to two, 0:03:20 after the first sign of its absence", "the leader two was lost, and the log does not tell of a new one"],
            Changes(Search([Elected(0, "one"), .. Enumerable.Range(0, 30_001).Select(number => Asked(100 + number / 200.0)), Elected(300, "two"), .. Enumerable.Range(0, 500).Select(number => Asked(3900 + number))])));
    }

    [Fact]
    public void A_late_answer_behind_an_election_does_not_stand_for_the_outage_after_it()
    {
        var lines = new List<string> { Elected(0, "one") };
        for (var round = 1; round <= 3; round++)
        {
            for (var number = 0; number < 15_000; number++) lines.Add(Asked(round * 1000 + number / 100.0));
            lines.AddRange([Elected(round * 1000 + 200, "node" + round), Asked(round * 1000 + 201)]);
        }
        Assert.Equal(["one became leader", .. Enumerable.Range(1, 3).Select(round => $"the leader changed from {(round == 1 ? "one" : "node" + (round - 1))} to node{round}, 0:03:20 after the first sign of its absence")], Changes(Search(lines)));
    }

    [Fact]
    public void What_a_client_agent_complains_of_is_kept_for_what_the_servers_log_tells()
    {
        // The client's log holds no election; the server's is read behind it.
        var search = new LogSearch(new());
        Add(search, "client", [.. Enumerable.Range(0, 20_000).Select(number => Asked(100 + number / 200.0)), .. Enumerable.Range(0, 20_000).Select(number => Asked(5000 + number / 200.0))]);
        Add(search, "server", Elected(0, "one"), Elected(300, "two"), Elected(5200, "three"));
        Assert.Equal(["one became leader", "the leader changed from one to two, 0:03:20 after the first sign of its absence", "the leader changed from two to three, 0:03:20 after the first sign of its absence"], Changes(search.Findings()));
    }

    [Fact]
    public void A_leader_that_comes_after_the_time_that_is_asked_for_is_known_all_the_same()
    {
        string[] lines = [Elected(0, "one"), Line(300, "WARN", "agent.server.raft: heartbeat timeout reached, starting election: last-leader=10.0.0.1:8300"), Elected(307, "two")];
        Assert.Equal(["one became leader", "the leader one was lost; two became leader 7.0 s later, after the time that was searched"], Changes(Search(lines, new() { Until = Start.AddSeconds(303) })));
        Assert.Equal(["one became leader"], Changes(Search(lines, new() { Until = Start.AddSeconds(200) })));
        Assert.Equal(["one became leader", "the leader one was lost, and nothing that was searched tells of a new one"], Changes(Search(lines[..2], new() { Until = Start.AddSeconds(303) })));
    }

    [Theory]
    [InlineData("agent.server", "error performing anti-entropy sync of federation state", "context canceled", "Log.Expected")]
    [InlineData("agent.server.serf.lan", "serf: Shutdown without a Leave", null, "Log.Expected")]
    [InlineData("agent.server.raft", "failed to get previous log: previous-index=105 last-index=97", "log not found", "Log.Expected")]
    [InlineData("agent.server.memberlist.lan", "memberlist: Failed fallback ping: read tcp 127.0.0.1:40336->127.0.0.1:29541: i/o timeout", null, "Cluster.GossipUnheard")]
    [InlineData("agent.server.raft", "failed to decode incoming command", "read tcp 127.0.0.1:40336->127.0.0.1:29541: read: connection reset by peer", "Cluster.PeerUnheard")]
    public void A_line_means_the_same_as_text_and_as_JSON(string module, string message, string? error, string code)
    {
        var text = Line(0, "ERROR", $"{module}: {message}{(error is null ? "" : message.Contains('=', StringComparison.Ordinal) ? $" error=\"{error}\"" : $": error=\"{error}\"")}");
        var json = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["@level"] = "error", ["@message"] = message, ["@module"] = module, ["@timestamp"] = "2026-01-31T08:00:00.000000Z" }
            .Concat(error is null ? [] : [new("error", error)]).ToDictionary(pair => pair.Key, pair => pair.Value));
        foreach (var line in new[] { text, json })
        {
            var found = Assert.Single(Search([line]));
            Assert.Equal(code, found.Code);
            Assert.True(found.Severity < FindingSeverity.Error);
        }
    }

    [Fact]
    public void An_agents_line_means_in_a_log_what_it_means_by_itself()
    {
        var wrong = Errors.CorpusRow.All.Where(row => row.Client == "consul agent" && row.Text.Contains("] ", StringComparison.Ordinal) && !row.Text.Contains("[DEBUG]", StringComparison.Ordinal))
            .Select(row => (row, Codes: string.Join(",", Search([row.Text]).Select(found => found.Code).Where(code => !code.StartsWith("Log.", StringComparison.Ordinal) || code is "Log.Expected" or "Log.ServiceCheck"))))
            .Where(pair => pair.Codes != (pair.row.Code == "Error.NotRecognised" ? "" : pair.row.Code)).Select(pair => $"line {pair.row.Number}: expected {pair.row.Code}, got {pair.Codes}: {pair.row.Text}").ToArray();
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void A_log_without_any_line_of_Consuls_is_said_to_be_none()
    {
        Assert.Equal(["3 lines read from syslog, and none of them was recognised as Consul's. Look elsewhere."],
            Silence(new(), ("syslog", ["Jan 31 08:00:00 host sshd[12]: Accepted publickey for root", "Jan 31 08:00:01 host cron[13]: (root) CMD (true)", "    2026-01-31T08:00:00.000Z [ERROR] nomad.raft: failed to heartbeat"])));
        Assert.Equal(["In 1 of 2 logs no line was recognised as Consul's: syslog. Look elsewhere."], Silence(new(), ("consul.log", [Line(0, "INFO", "agent: Synced node info")]), ("syslog", ["Jan 31 08:00:00 host sshd[12]: x"])));
        Assert.Equal(["No line came from empty. Look elsewhere."], Silence(new(), ("empty", [])));
    }

    [Theory]
    [InlineData("    2026-01-31T08:00:00.000Z [INFO]  agent.server.serf.lan: serf: EventMemberJoin: one 127.0.0.1")]
    [InlineData("    2019/01/31 08:00:00 [INFO] raft: Node at 127.0.0.1:8300 [Follower] entering Follower state")]
    [InlineData("{\"@level\":\"info\",\"@message\":\"Synced node info\",\"@module\":\"agent\",\"@timestamp\":\"2026-01-31T08:00:00.000000Z\"}")]
    [InlineData("Jan 31 08:00:00 host consul[12]:     2026-01-31T08:00:00.000Z [INFO]  agent: Synced node info")]
    [InlineData("2026-01-31 08:00:00 our-app: put failed: Unexpected response code: 500 (No cluster leader)")]
    public void A_line_of_Consuls_or_about_it_is_no_silence(string line) => Assert.Empty(Silence(new(), ("log", [line])));

    [Fact]
    public void A_window_in_which_nothing_lies_is_said_with_the_times_that_were_read()
    {
        Assert.Equal(["2 lines read from log, and none lies between 2026-01-31 09:00:00 +00:00 and 2026-01-31 10:00:00 +00:00: the first is of 2026-01-31 08:00:00 +00:00, the last of 2026-01-31 08:00:59 +00:00."],
            Silence(new() { Since = Start.AddHours(1), Until = Start.AddHours(2) }, ("log", [Line(0, "INFO", "agent: a"), Line(59, "INFO", "agent: b")])));
        Assert.StartsWith("1 line read from log, and none of them says its time, so none counts after ", Assert.Single(Silence(new() { Since = Start }, ("log", ["[INFO] agent: a"]))), StringComparison.Ordinal);
        Assert.Empty(Silence(new() { Since = Start, Level = ConsulLogLevel.Error }, ("log", [Line(1, "INFO", "agent: a")])));
        // A rotated file outside of the window is no news where another lies within it.
        Assert.Empty(Silence(new() { Since = Start.AddHours(1) }, ("old", [Line(1, "INFO", "agent: a")]), ("new", [Line(3601, "INFO", "agent: a")])));
    }

    private static string[] Silence(LogSearchRequest request, params (string Name, string[] Lines)[] logs)
    {
        var search = new LogSearch(request);
        foreach (var (name, lines) in logs)
        {
            var source = new LogSource(name, Start.AddDays(1), hasNumbers: true) { WayOn = "Look elsewhere." };
            foreach (var line in lines) search.Add(source, line);
            search.Finish(source);
        }
        return [.. search.Silence];
    }

    private static IReadOnlyList<ConsulLogFinding> Search(IEnumerable<string> lines, LogSearchRequest? request = null)
    {
        var search = new LogSearch(request ?? new());
        Add(search, "log", [.. lines]);
        return search.Findings();
    }

    private static void Add(LogSearch search, string name, params string[] lines)
    {
        var source = new LogSource(name, Start.AddDays(1), hasNumbers: true);
        foreach (var line in lines) search.Add(source, line);
    }

    private static string Line(double second, string level, string message) =>
        $"    {Start.AddSeconds(second).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture)}Z [{level}]{(level.Length == 4 ? " " : "")} {message}";
}
