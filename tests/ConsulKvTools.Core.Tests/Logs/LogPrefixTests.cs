using ConsulKvTools.Logs.Reading;

namespace ConsulKvTools.Tests.Logs;

/// <summary>What stands before the message of a line, in every form in which Consul's logs come.</summary>
public sealed class LogPrefixTests
{
    private static readonly DateTimeOffset End = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Consul 1.8, with its four blanks; with an offset; of a module with a name.
    [InlineData("    2026-01-31T08:05:00.123Z [WARN]  agent.server.raft: heartbeat timeout reached", "2026-01-31T08:05:00.1230000+00:00", ConsulLogLevel.Warn, "agent.server.raft", "", "heartbeat timeout reached")]
    [InlineData("2026-01-31T08:05:00.123+0100 [ERROR] agent: x: y", "2026-01-31T08:05:00.1230000+01:00", ConsulLogLevel.Error, "agent", "", "x: y")]
    [InlineData("2026-01-31T08:05:00.123-05:30 [TRACE] x", "2026-01-31T08:05:00.1230000-05:30", ConsulLogLevel.Trace, "", "", "x")]
    // -log-json
    [InlineData("""{"@level":"info","@message":"New leader elected","@module":"agent.server","@timestamp":"2026-01-31T08:05:00.123456Z","payload":"one"}""", "2026-01-31T08:05:00.1234560+00:00", ConsulLogLevel.Info, "agent.server", "", "New leader elected: payload=one")]
    // syslog, RFC 3164, around Consul's own time; alone; RFC 5424
    [InlineData("Jan 31 08:05:01 host-1 consul[812]:     2026-01-31T08:05:00.123Z [INFO]  agent: x", "2026-01-31T08:05:00.1230000+00:00", ConsulLogLevel.Info, "agent", "host-1", "x")]
    [InlineData("<134>1 2026-01-31T08:05:00.5Z host-1 consul 812 - - [WARN] agent: x", "2026-01-31T08:05:00.5000000+00:00", ConsulLogLevel.Warn, "agent", "host-1", "x")]
    [InlineData("2026-01-31T08:05:00+0000 host-1 consul[812]: agent: x", "2026-01-31T08:05:00.0000000+00:00", ConsulLogLevel.None, "", "host-1", "agent: x")]
    // Docker and Kubernetes, around old Consul without a zone: theirs is known
    [InlineData("""{"log":"    2026/01/31 09:05:00 [ERR] consul: x\n","stream":"stderr","time":"2026-01-31T08:05:00.250000001Z"}""", "2026-01-31T08:05:00.2500000+00:00", ConsulLogLevel.Error, "consul", "", "x")]
    [InlineData("2026-01-31T08:05:00.250000001+00:00 stderr F     2026-01-31T08:05:00.249Z [ERROR] agent: x", "2026-01-31T08:05:00.2490000+00:00", ConsulLogLevel.Error, "agent", "", "x")]
    // The journal's own
    [InlineData("""{"__REALTIME_TIMESTAMP":"1769846700123456","_HOSTNAME":"host-1","PRIORITY":"6","MESSAGE":"    2026-01-31T08:05:00.100Z [WARN]  agent: x"}""", "2026-01-31T08:05:00.1000000+00:00", ConsulLogLevel.Warn, "agent", "host-1", "x")]
    [InlineData("""{"__REALTIME_TIMESTAMP":"1769846700123456","_HOSTNAME":"host-1","PRIORITY":"3","MESSAGE":[120,255,121]}""", "2026-01-31T08:05:00.1234560+00:00", ConsulLogLevel.Error, "", "host-1", "x\ufffdy")]
    public void A_line_comes_apart(string line, string time, ConsulLogLevel level, string module, string node, string message)
    {
        var record = LogPrefix.Read(line);
        Assert.Equal(time, record.Stamp!.Value.Resolve(End, TimeZoneInfo.Local).ToString("o"));
        Assert.Equal((level, module, node, message), (record.Level, record.Module.ToString(), record.Node.ToString(), record.Message.ToString()));
    }

    [Theory]
    [InlineData("Dec 31 23:59:59 host consul[1]: x", 2025, 12, 31)]
    [InlineData("Jan  3 08:05:00 host consul[1]: x", 2026, 1, 3)]
    [InlineData("Mar  2 08:00:00 host consul[1]: x", 2026, 3, 2)]
    [InlineData("Mar  9 08:00:00 host consul[1]: x", 2025, 3, 9)]
    [InlineData("Feb 29 08:00:00 host consul[1]: x", 2024, 2, 29)]
    public void A_year_that_is_missing_is_the_last_in_which_the_time_is_not_after_the_logs_end(string line, int year, int month, int day)
    {
        var stamp = LogPrefix.Read(line).Stamp!.Value;
        Assert.False(stamp.HasYear);
        Assert.Null(stamp.Offset);
        Assert.Equal(new DateTime(year, month, day), stamp.Resolve(End, TimeZoneInfo.Local).DateTime.Date);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"log\":1}")]
    [InlineData("no time at all")]
    [InlineData("2026-13-31T08:05:00Z x")]
    [InlineData("Feb 31 08:05:00 host consul[1]: x")]
    [InlineData("0000-00-00T00:00:00Z")]
    [InlineData("<")]
    [InlineData("[WARN")]
    [InlineData("9999-12-31T23:59:59.9999999+14:00 [")]
    public void What_is_no_such_line_is_left_as_it_is(string line)
    {
        var record = LogPrefix.Read(line);
        if (record.Stamp is { } stamp) _ = stamp.Resolve(End, TimeZoneInfo.Local);
        Assert.EndsWith(record.Message.ToString(), line, StringComparison.Ordinal);
    }
}
