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
        ]);
        var slow = Assert.Single(found, one => one.Code == "Log.SlowWrites");
        Assert.Equal(3, slow.Count);
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
    public void A_rotated_set_packed_or_not_is_read_in_the_order_in_which_it_was_written()
    {
        var log = Path.Combine(folder.FullName, "consul.log");
        File.WriteAllText(log, Line(300, "INFO", "agent.server: New leader elected: payload=three"));
        File.WriteAllText(Path.Combine(folder.FullName, "consul.log.1"), Line(200, "INFO", "agent.server: New leader elected: payload=two"));
        using (var packed = new GZipStream(File.Create(Path.Combine(folder.FullName, "consul.log.2.gz")), CompressionLevel.Fastest)) packed.Write(Encoding.UTF8.GetBytes(Line(100, "INFO", "agent.server: New leader elected: payload=one")));
        File.WriteAllText(Path.Combine(folder.FullName, "consul-1600000000.log"), Line(0, "INFO", "agent.server: New leader elected: payload=zero"));
        File.WriteAllText(Path.Combine(folder.FullName, "consul-template.log"), Line(0, "INFO", "agent.server: New leader elected: payload=stranger"));

        var files = LogFiles.InOrder(LogFiles.WithRotated(log), Stop);
        Assert.Equal(["consul-1600000000.log", "consul.log.2.gz", "consul.log.1", "consul.log"], files.Select(Path.GetFileName));
        var search = new LogSearch(new());
        foreach (var file in files) LogFiles.Read(file, search, null, Stop);
        Assert.Equal(["zero became leader", "the leader changed from zero to one", "the leader changed from one to two", "the leader changed from two to three"], Assert.Single(search.Findings(), one => one.Code == "Log.LeaderChange").Events.Select(one => one.Text));
        Assert.DoesNotContain(search.Findings(), one => one.Code == "Log.ClockJump");
    }

    [Fact]
    public void A_packed_file_that_breaks_off_is_an_error_after_what_could_be_read()
    {
        var file = Path.Combine(folder.FullName, "torn.gz");
        using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            foreach (var line in Enumerable.Range(0, 20_000).Select(number => Line(number, "ERROR", $"agent: error=\"No cluster leader\" {Guid.NewGuid()}\n"))) packed.Write(Encoding.UTF8.GetBytes(line));
        using (var open = File.OpenWrite(file)) open.SetLength(open.Length / 2);
        var search = new LogSearch(new());
        try
        {
            LogFiles.Read(file, search, null, Stop);
        }
        catch (ConsulException torn)
        {
            Assert.Equal("Log.SourceUnusable", torn.Finding.Code);
        }
        Assert.InRange(Assert.Single(search.Findings(), one => one.Code == "Cluster.NoLeader").Count, 1000, 19_000);
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
