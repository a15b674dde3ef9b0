using System.Text;
using System.Text.Json;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>Every write that was begun has its line, whole and once, and a log that cannot be written to never harms a write.</summary>
[Collection(AclAgentTests.Name)]
public sealed class WriteLogTests(AclAgentFixture lab) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consulkvtools-log-");
    private readonly string root = "log/" + Guid.NewGuid().ToString("N")[..8] + "/";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(folder.FullName, "writes.log");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_line_says_what_became_of_a_write_and_has_every_name()
    {
        using var session = Open();
        var result = await new KvWriter(session.UsedBy("Set-ConsulKv", null)).WriteAsync(
            new ConsulKvWrite { Key = root + "ä \"quoted\" \\ 🔑", Kind = ConsulKvWriteKind.CreateOnly, Value = "the value"u8.ToArray(), Flags = ulong.MaxValue }, Stop);
        session.FlushLog();
        var line = Assert.Single(Lines());

        Assert.Equal(
            ["v", "time", "operation", "transaction", "session", "command", "kind", "key", "bytes", "flags", "outcome", "code", "index", "ms", "attempts", "address", "datacenter", "host", "pid", "trace"],
            line.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, line.GetProperty("v").GetInt32());
        Assert.InRange(line.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, line.GetProperty("time").GetDateTimeOffset().Offset);
        Assert.Equal(result.OperationId, line.GetProperty("operation").GetGuid());
        Assert.Equal(("logger", "Set-ConsulKv", "CreateOnly", result.Key, 9, ulong.MaxValue, "Written"), (Text(line, "session"), Text(line, "command"), Text(line, "kind"), Text(line, "key"),
            line.GetProperty("bytes").GetInt32(), line.GetProperty("flags").GetUInt64(), Text(line, "outcome")));
        Assert.Equal((session.Address, Environment.ProcessId), (Text(line, "address"), line.GetProperty("pid").GetInt32()));
        Assert.Equal(result.Duration.TotalMilliseconds, line.GetProperty("ms").GetDouble(), 0.01);
        var attempt = Assert.Single(line.GetProperty("attempts").EnumerateArray());
        Assert.Equal(("PUT cas=0", 200, result.OperationId), (Text(attempt, "action"), attempt.GetProperty("status").GetInt32(), attempt.GetProperty("request").GetGuid()));
    }

    [Fact]
    public async Task Every_write_has_one_line_whatever_became_of_it()
    {
        using var relay = new TcpFaultProxy(lab.Agent.HttpAddress!);
        using (var session = Open(address: relay.Address.ToString()))
        {
            var writer = new KvWriter(session);
            await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
            await writer.WriteAsync(new ConsulKvWrite { Key = "bad\n\u2028\u001b[31m", Value = [1] }, Stop);
            await writer.WriteAsync(new ConsulKvWrite { Key = root + "a", Kind = ConsulKvWriteKind.Delete }, Stop);
            await writer.WriteAtomicAsync([new ConsulKvWrite { Key = root + "x", Value = [1] }, new ConsulKvWrite { Key = root + "y", Value = [1] }], Stop);
            using var pipeline = new KvWritePipeline(session, 4, Stop);
            for (var number = 0; number < 500; number++) pipeline.Add(new ConsulKvWrite { Key = root + "bulk/" + number, Value = [1] });
            while (await pipeline.NextAsync() is not null) { }
            // The write is stored, and nobody answers any more.
            relay.DropResponses();
            var unknown = await writer.WriteAsync(new ConsulKvWrite { Key = root + "unknown", Value = [1] }, Stop);
            Assert.Equal(ConsulKvOutcome.Unknown, unknown.Outcome);
            using var stop = new CancellationTokenSource();
            await stop.CancelAsync();
            await writer.WriteAsync(new ConsulKvWrite { Key = root + "cancelled", Value = [1] }, stop.Token);
        }
        // Without asking for it: the session's end is enough.
        var lines = Lines();

        Assert.Equal(507, lines.Length);
        Assert.Equal(507, lines.Select(line => line.GetProperty("operation").GetGuid()).Distinct().Count());
        Assert.Equal([("Failed", 2), ("Unknown", 1), ("Written", 504)], lines.GroupBy(line => Text(line, "outcome")).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key!, group.Count())));
        Assert.Equal("Outcome.Cancelled", Text(lines[^1], "code"));
        var shared = lines.Where(line => Text(line, "key") == root + "x" || Text(line, "key") == root + "y").Select(line => Text(line, "transaction")).ToArray();
        Assert.True(shared[0] is not null && shared[0] == shared[1]);
    }

    [Fact]
    public async Task Neither_value_nor_token_is_in_it()
    {
        using (var session = Open())
        {
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = "s3cret-value"u8.ToArray() }, Stop);
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = "s3cret-value"u8.ToArray(), Kind = ConsulKvWriteKind.CheckAndSet, Index = 1 }, Stop);
        }
        var text = File.ReadAllText(Log);
        Assert.Contains(root + "a", text, StringComparison.Ordinal);
        foreach (var secret in new[] { "s3cret-value", Convert.ToBase64String("s3cret-value"u8)[..12], lab.ManagementToken[..8], lab.ManagementToken[^8..] }) Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_file_is_put_aside_when_it_is_full_and_the_oldest_goes()
    {
        using (var session = Open(maximum: 64 * 1024, files: 3))
        {
            using var pipeline = new KvWritePipeline(session, 4, Stop);
            for (var number = 0; number < 1000; number++) pipeline.Add(new ConsulKvWrite { Key = root + number, Value = [1] });
            while (await pipeline.NextAsync() is not null) { }
        }
        var files = folder.EnumerateFiles("*.log").OrderBy(file => file.Name, StringComparer.Ordinal).ToArray();
        Assert.Equal(["writes.1.log", "writes.2.log", "writes.log"], files.Select(file => file.Name));
        Assert.All(files, file => Assert.InRange(file.Length, 300, 64 * 1024));
        // The newest lines are there, without a gap, and every one whole.
        var kept = new[] { "writes.2.log", "writes.1.log", "writes.log" }.SelectMany(name => LinesOf(Path.Combine(folder.FullName, name))).Select(line => Text(line, "operation")!).ToArray();
        Assert.InRange(kept.Length, 200, 999);
        Assert.Equal(kept.Length, kept.Distinct().Count());
    }

    [Fact]
    public async Task Sessions_of_one_process_share_a_file_and_no_line_is_torn_or_lost_while_it_rotates()
    {
        // Different settings are different writers: nothing but the lock on the file keeps them apart.
        var sessions = Enumerable.Range(0, 4).Select(number => Open(maximum: 70_000 + number, files: 1000, name: "s" + number)).ToArray();
        await Task.WhenAll(sessions.Select((session, writer) => Task.Run(async () =>
        {
            for (var number = 0; number < 50; number++) await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = $"{root}{writer}/{number}", Value = [1] }, Stop);
        }, Stop)));
        foreach (var session in sessions) session.Dispose();

        var lines = folder.EnumerateFiles("*.log").SelectMany(file => LinesOf(file.FullName)).ToArray();
        Assert.Equal(200, lines.Select(line => Text(line, "key")).Distinct().Count());
        Assert.Equal(200, lines.Length);
        Assert.All(sessions, session => Assert.Equal(0, session.LostLogLines));
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_short_spoils_no_other()
    {
        File.WriteAllText(Log, "{\"v\":1,\"time\":\"2026-");
        using (var session = Open()) await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
        var lines = File.ReadAllLines(Log);
        Assert.Equal(2, lines.Length);
        Assert.Equal(root + "a", Text(JsonDocument.Parse(lines[1]).RootElement, "key"));
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_to_harms_no_write_and_is_told_once()
    {
        using var session = Open(path: Path.Combine(folder.FullName, "nowhere", "x.log"));
        for (var number = 0; number < 3; number++)
            Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop)).Outcome);
        session.FlushLog();

        Assert.Equal(3, session.LostLogLines);
        Assert.Equal(3, ConsulKvTools.Telemetry.MetricRegistry.Of(session.Name).LostLines);
        var told = session.Telemetry.TakeProblem()!;
        Assert.Equal("Host.WriteLogLost", told.Code);
        Assert.EndsWith("lost lines: its folder does not exist", told.Title, StringComparison.Ordinal);
        Assert.Null(session.Telemetry.TakeProblem());
        FaultMatrix.Add(FaultOrigin.Real, "a write log in a folder that does not exist", told.Code, "warning", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_full_disk_harms_no_write_leaves_no_half_line_and_goes_on_when_there_is_room()
    {
        Assert.SkipUnless(SmallDisk.WhyNot is null, SmallDisk.WhyNot ?? "");
        using var disk = new SmallDisk("size=256k");
        var log = Path.Combine(disk.Path, "x.log");
        using var session = Open(path: log);
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "before", Value = [1] }, Stop);
        session.FlushLog();
        disk.Fill();
        for (var number = 0; number < 40; number++)
        {
            Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + number, Value = [1] }, Stop)).Outcome);
            session.FlushLog();
        }
        Assert.InRange(session.LostLogLines, 20, 40);
        var lost = session.LostLogLines;
        File.Delete(Path.Combine(disk.Path, "filler"));
        await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "after", Value = [1] }, Stop);
        session.FlushLog();

        var lines = LinesOf(log);
        Assert.Equal(42, lines.Length + lost);
        Assert.Equal((root + "before", root + "after"), (Text(lines[0], "key"), Text(lines[^1], "key")));
        Assert.Equal("Host.WriteLogLost", session.Telemetry.TakeProblem()?.Code);
    }

    [Fact]
    public async Task Who_holds_the_log_s_lock_for_long_delays_neither_write_nor_loses_lines()
    {
        using var session = Open();
        using (new FileStream(Log + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop)).Outcome);
            Assert.False(File.Exists(Log));
        }
        session.FlushLog();
        Assert.Equal((1, 0), (Lines().Length, (int)session.LostLogLines));
    }

    [Fact]
    public async Task Without_a_path_the_environment_says_where_and_the_configuration_tells()
    {
        var environment = new ConsulEnvironment(new Dictionary<string, string> { ["CONSULKV_LOG_PATH"] = Log });
        using (var session = ConsulKvSession.Create(new ConsulSessionOptions { Address = lab.Agent.Address.ToString(), Token = new ConsulSecret(lab.ManagementToken) }, environment))
        {
            Assert.Equal(Log, session.LogPath);
            Assert.Equal((Log, "CONSULKV_LOG_PATH"), session.Configuration.Where(setting => setting.Name == "LogPath").Select(setting => (setting.Value!, setting.Source)).Single());
            Assert.Equal("10485760", session.Configuration.Single(setting => setting.Name == "LogMaximumSize").Value);
            await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
        }
        Assert.Single(Lines());
        using var without = ConsulKvSession.Create(new ConsulSessionOptions { Address = "http://127.0.0.1:1" }, ConsulEnvironment.Empty);
        Assert.Null(without.LogPath);
        Assert.Throws<ConsulRequestException>(() => Open(maximum: 65_535));
        Assert.Throws<ConsulRequestException>(() => Open(maximum: (1L << 40) + 1));
        Assert.Throws<ConsulRequestException>(() => Open(files: 0));
    }

    [Fact]
    public async Task A_device_gets_the_lines_and_no_lock_beside_it()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full on this system.");
        using (var quiet = Open(path: "/dev/null")) await new KvWriter(quiet).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop);
        using var session = Open(path: "/dev/full");
        Assert.Equal(ConsulKvOutcome.Written, (await new KvWriter(session).WriteAsync(new ConsulKvWrite { Key = root + "a", Value = [1] }, Stop)).Outcome);
        session.FlushLog();
        Assert.Equal(1, session.LostLogLines);
        Assert.False(File.Exists("/dev/full.lock") || File.Exists("/dev/null.lock"));
    }

    private JsonElement[] Lines() => LinesOf(Log);

    private static JsonElement[] LinesOf(string file) => [.. File.ReadAllLines(file, Encoding.UTF8).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private ConsulKvSession Open(string? path = null, long? maximum = null, int? files = null, string? address = null, string name = "logger") => ConsulKvSession.Create(new ConsulSessionOptions
    {
        Address = address ?? lab.Agent.Address.ToString().TrimEnd('/'), Token = new ConsulSecret(lab.ManagementToken), LogPath = path ?? Log, LogMaximumSize = maximum, LogFiles = files,
        Name = path is null ? name : "log-" + path,
        RetryPolicy = new ConsulRetryPolicy { MaxAttempts = 3, BaseDelay = TimeSpan.FromMilliseconds(5), AttemptTimeout = TimeSpan.FromSeconds(5), TotalTimeout = TimeSpan.FromSeconds(6) },
    }, ConsulEnvironment.Empty);
}
