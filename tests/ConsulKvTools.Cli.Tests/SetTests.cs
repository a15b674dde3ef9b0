using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv set</c> writes what it was given, byte for byte, and says what became of it.</summary>
public sealed class SetTests(AgentFixture fixture)
{
    public static TheoryData<string, byte[]> Values => new()
    {
        { "every byte", [.. Enumerable.Range(0, 256).Select(number => (byte)number)] },
        { "a line end at the end", "one line\r\n\n"u8.ToArray() },
        { "a byte order mark", [0xEF, 0xBB, 0xBF, (byte)'x'] },
        { "nothing", [] },
        { "as much as Consul takes", [.. Enumerable.Repeat((byte)7, 512 * 1024)] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Standard_input_and_files_arrive_byte_for_byte(string what, byte[] value)
    {
        var key = AgentFixture.NewKey();
        (await fixture.Process().Input(value).RunAsync("set", key, "-")).Exits(ExitCode.Healthy);
        AssertSame(value, (await fixture.Process().RunAsync("get", key, "--raw")).Exits(ExitCode.Healthy).Bytes, what);

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, value, TestContext.Current.CancellationToken);
            var other = AgentFixture.NewKey();
            (await fixture.Process().RunAsync("set", other, "--value-file", file)).Exits(ExitCode.Healthy);
            AssertSame(value, (await fixture.Process().RunAsync("get", other, "--raw")).Exits(ExitCode.Healthy).Bytes, what);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("@file")]
    [InlineData("")]
    [InlineData("--fenced")]
    [InlineData("[diagram]")]
    [InlineData("grüße 日本 🚲")]
    public async Task A_value_on_the_command_line_is_no_syntax(string value)
    {
        var key = AgentFixture.NewKey();
        (await fixture.Process().RunAsync("set", key, "--", value)).Exits(ExitCode.Healthy);
        Assert.Equal(value, await fixture.Agent.GetKeyAsync(key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Odd_keys_arrive_as_typed()
    {
        var key = AgentFixture.NewKey() + "/a b%2Fc?d#e+ü";
        (await fixture.Process().RunAsync("set", key, "v")).Exits(ExitCode.Healthy);
        var read = (await fixture.Process().RunAsync("get", key, "--output", "json")).Exits(ExitCode.Healthy).Document("entry");
        Assert.Equal(key, read.GetProperty("entry").GetProperty("key").GetString());
    }

    [Fact]
    public async Task Create_only_and_check_and_set_keep_what_is_there()
    {
        var key = AgentFixture.NewKey();
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "one", "--create-only", "--output", "json"), ExitCode.Healthy));
        var again = await fixture.Process().RunAsync("set", key, "two", "--create-only", "--output", "json");
        Assert.Equal("Conflict", Outcome(again, ExitCode.Fault));
        Assert.Equal("Cas.ZeroButExists", again.Document("write").GetProperty("code").GetString());

        var index = (await fixture.Process().RunAsync("get", key, "--output", "json")).Document("entry").GetProperty("entry").GetProperty("modifyIndex").GetUInt64();
        Assert.Equal("Conflict", Outcome(await fixture.Process().RunAsync("set", key, "two", "--cas", $"{index + 1}", "--output", "json"), ExitCode.Fault));
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "two", "--cas", $"{index}", "--flags", "42", "--output", "json"), ExitCode.Healthy));
        var entry = (await fixture.Process().RunAsync("get", key, "--output", "json")).Document("entry").GetProperty("entry");
        Assert.Equal("two", entry.GetProperty("value").GetString());
        Assert.Equal(42u, entry.GetProperty("flags").GetUInt64());
    }

    [Fact]
    public async Task Locks_are_taken_and_given_back()
    {
        var key = AgentFixture.NewKey();
        var mine = await fixture.Agent.CreateLockSessionAsync(cancellationToken: TestContext.Current.CancellationToken);
        var theirs = await fixture.Agent.CreateLockSessionAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "v", "--lock-session", mine, "--acquire", "--output", "json"), ExitCode.Healthy));
        Assert.Contains($"held by lock session {mine}", (await fixture.Process().RunAsync("get", key)).Output, StringComparison.Ordinal);
        Assert.Equal("Conflict", Outcome(await fixture.Process().RunAsync("set", key, "v", "--lock-session", theirs, "--acquire", "--output", "json"), ExitCode.Fault));
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "v", "--lock-session", mine, "--release", "--output", "json"), ExitCode.Healthy));
    }

    [Fact]
    public async Task Fenced_and_marked_writes_are_written_and_leave_no_marker()
    {
        var key = AgentFixture.NewKey();
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "one", "--fenced", "--output", "json"), ExitCode.Healthy));
        var markers = $"{key}/ops/";
        Assert.Equal("Written", Outcome(await fixture.Process().RunAsync("set", key, "two", "--operation-prefix", markers, "--output", "json"), ExitCode.Healthy));
        (await fixture.Process().RunAsync("get", "--prefix", markers, "--names")).Exits(ExitCode.Fault);
    }

    [Fact]
    public async Task A_write_is_logged_where_the_variable_says_under_the_id_of_its_result()
    {
        var folder = Directory.CreateTempSubdirectory("consulkv-log-");
        var log = Path.Combine(folder.FullName, "writes.log");
        var key = AgentFixture.NewKey();
        var written = (await fixture.Process().With("CONSULKV_LOG_PATH", log).RunAsync("set", key, "v", "--output", "json")).Exits(ExitCode.Healthy).Document("write");
        var line = System.Text.Json.JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken))).RootElement;
        Assert.Equal((written.GetProperty("operationId").GetGuid(), key, "consulkv set", "Written"),
            (line.GetProperty("operation").GetGuid(), line.GetProperty("key").GetString(), line.GetProperty("command").GetString(), line.GetProperty("outcome").GetString()));
        folder.Delete(recursive: true);

        var lossy = await fixture.Process().With("CONSULKV_LOG_PATH", log).RunAsync("set", key, "w", "--output", "json");
        Assert.Equal("Written", Outcome(lossy, ExitCode.Healthy));
        Assert.Contains("Host.WriteLogLost", lossy.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denied_write_says_so_on_one_screen()
    {
        var run = (await fixture.ReadOnlyProcess().RunAsync("set", AgentFixture.NewKey(), "v")).Exits(ExitCode.Fault);
        Assert.StartsWith("✗ Denied", run.Output, StringComparison.Ordinal);
        Assert.Contains("Acl.", run.Output, StringComparison.Ordinal);
        Assert.True(run.Output.Split('\n').Length < 24);
    }

    [Fact]
    public async Task A_value_over_the_limit_is_named()
    {
        var run = await fixture.Process().Input(new byte[600 * 1024]).RunAsync("set", AgentFixture.NewKey(), "-", "--output", "json");
        Assert.Equal("Limit.KvMaxValueSize", run.Exits(ExitCode.Fault).Document("write").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_key_that_cannot_be_sent_is_a_usage_error()
    {
        var run = await fixture.Process().RunAsync("set", "/app/x", "v", "--output", "json");
        Assert.Equal("Key.LeadingSlash", run.Exits(ExitCode.Usage).Document("write").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_a_failed_write()
    {
        var run = await fixture.Process().With("CONSUL_HTTP_ADDR", $"http://127.0.0.1:{fixture.Agent.Ports.Unused}").RunAsync("set", "app/x", "v", "--timeout", "1s", "--output", "json");
        Assert.Equal("Tcp.Refused", Cause(run.Exits(ExitCode.Fault)));
    }

    [Fact]
    public async Task Each_attempt_says_why_it_was_or_was_not_followed_by_another()
    {
        var run = await fixture.Process().With("CONSUL_HTTP_ADDR", $"http://127.0.0.1:{fixture.Agent.Ports.Unused}").RunAsync("set", "app/x", "v", "--timeout", "5s", "--output", "json");

        var attempts = run.Exits(ExitCode.Fault).Document("write").GetProperty("attempts").EnumerateArray().ToArray();
        Assert.True(attempts.Length > 1);
        Assert.All(attempts, attempt => Assert.Equal("AfterBackoff", attempt.GetProperty("advice").GetString()));
        Assert.All(attempts[..^1], attempt => Assert.Equal("TriedAgain", attempt.GetProperty("sequel").GetString()));
        Assert.All(attempts[..^1], attempt => Assert.StartsWith("tried again after ", attempt.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.StartsWith("not tried again: ", attempts[^1].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static void AssertSame(byte[] expected, byte[] actual, string what) => Assert.True(expected.AsSpan().SequenceEqual(actual), what);

    private static string? Cause(ConsulKvRun run)
    {
        var write = run.Document("write");
        var code = write.GetProperty("code").GetString();
        return code == "Outcome.RetriesExhausted" ? write.GetProperty("attempts")[0].GetProperty("code").GetString() : code;
    }

    private static string? Outcome(ConsulKvRun run, int exitCode) => run.Exits(exitCode).Document("write").GetProperty("outcome").GetString();
}
