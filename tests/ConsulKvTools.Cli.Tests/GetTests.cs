namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv get</c>: found, missing, forbidden and filtered are four different answers.</summary>
public sealed class GetTests(AgentFixture fixture)
{
    [Theory]
    [InlineData("default")]
    [InlineData("consistent")]
    [InlineData("stale")]
    public async Task A_key_is_shown(string consistency)
    {
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "one\ttwo\u001b[31m", TestContext.Current.CancellationToken);
        var text = (await fixture.Process().RunAsync("get", key, "--consistency", consistency)).Exits(ExitCode.Healthy).Output;
        Assert.StartsWith(key, text, StringComparison.Ordinal);
        Assert.Contains("one\\ttwo\\u001b[31m", text, StringComparison.Ordinal);
        Assert.Contains($"read      {consistency}", text, StringComparison.Ordinal);
        var entry = (await fixture.Process().RunAsync("get", key, "--consistency", consistency, "--output", "json")).Document("entry");
        Assert.Equal("one\ttwo\u001b[31m", entry.GetProperty("entry").GetProperty("value").GetString());
        Assert.Equal("Found", entry.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_given_as_base64()
    {
        var key = AgentFixture.NewKey();
        (await fixture.Process().Input([0xFF, 0x00, 0xFE]).RunAsync("set", key, "-")).Exits(ExitCode.Healthy);
        Assert.Contains("(3 bytes, not text)", (await fixture.Process().RunAsync("get", key)).Output, StringComparison.Ordinal);
        var entry = (await fixture.Process().RunAsync("get", key, "--output", "json")).Document("entry").GetProperty("entry");
        Assert.Equal("/wD+", entry.GetProperty("base64").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, entry.GetProperty("value").ValueKind);
    }

    [Fact]
    public async Task Missing_and_forbidden_are_told_apart()
    {
        var missing = await fixture.Process().RunAsync("get", AgentFixture.NewKey(), "--output", "json");
        Assert.Equal("Missing", missing.Exits(ExitCode.Fault).Document("entry").GetProperty("state").GetString());
        var forbidden = await fixture.Process().RunAsync("get", "other/x", "--output", "json");
        Assert.Equal("Forbidden", forbidden.Exits(ExitCode.Fault).Document("entry").GetProperty("state").GetString());

        // A pipe gets values only; what went wrong is said beside it.
        var text = (await fixture.Process().RunAsync("get", AgentFixture.NewKey(), "--raw")).Exits(ExitCode.Fault);
        Assert.Empty(text.Bytes);
        Assert.Contains("Key.Missing", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_without_a_token_is_told_to_send_one_that_may_read()
    {
        var error = (await fixture.Process().With("CONSUL_HTTP_TOKEN", null).RunAsync("get", "app/x")).Exits(ExitCode.Fault).Error;
        Assert.Contains("Send a token that may read app/x", error, StringComparison.Ordinal);
        Assert.DoesNotContain("write", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_is_listed_with_values_or_names()
    {
        var prefix = AgentFixture.NewKey() + "/";
        for (var number = 0; number < 3; number++) await fixture.Agent.PutKeyAsync($"{prefix}{number}", $"v{number}", TestContext.Current.CancellationToken);
        Assert.Equal($"{prefix}0 = v0\n{prefix}1 = v1\n{prefix}2 = v2\n", (await fixture.Process().RunAsync("get", "--prefix", prefix)).Exits(ExitCode.Healthy).Output);
        Assert.Equal($"{prefix}0\n{prefix}1\n{prefix}2\n", (await fixture.Process().RunAsync("get", "--prefix", prefix, "--names")).Exits(ExitCode.Healthy).Output);

        var entries = (await fixture.Process().RunAsync("get", "--prefix", prefix, "--output", "json")).Exits(ExitCode.Healthy).Document("entries");
        Assert.Equal(["v0", "v1", "v2"], entries.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("value").GetString()));
        Assert.Equal("Found", entries.GetProperty("state").GetString());
        var names = (await fixture.Process().RunAsync("get", "--prefix", prefix, "--names", "--output", "json")).Exits(ExitCode.Healthy).Document("names");
        Assert.Equal(3, names.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_prefix_without_keys_and_one_that_may_not_be_seen_are_told_apart()
    {
        Assert.Equal("Missing", State(await fixture.Process().RunAsync("get", "--prefix", AgentFixture.NewKey() + "/", "--output", "json")));
        Assert.Equal("Filtered", State(await fixture.Process().RunAsync("get", "--prefix", "other/", "--output", "json")));
        static string? State(ConsulKvRun run) => run.Exits(ExitCode.Fault).Document("entries").GetProperty("state").GetString();
    }

    [Fact]
    public async Task The_token_may_come_from_a_file_or_from_standard_input()
    {
        var key = AgentFixture.NewKey();
        await fixture.Agent.PutKeyAsync(key, "v", TestContext.Current.CancellationToken);
        var fromFile = fixture.Process().With("CONSUL_HTTP_TOKEN", null);
        Assert.Equal("v", (await fromFile.RunAsync("get", key, "--raw", "--token-file", fixture.WriterFile)).Exits(ExitCode.Healthy).Output);
        var fromInput = fixture.Process().With("CONSUL_HTTP_TOKEN", null).Input(System.Text.Encoding.UTF8.GetBytes(fixture.Writer.SecretId + "\r\n"));
        Assert.Equal("v", (await fromInput.RunAsync("get", key, "--raw", "--token-stdin")).Exits(ExitCode.Healthy).Output);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_cannot_be_read()
    {
        var run = await fixture.Process().With("CONSUL_HTTP_ADDR", $"http://127.0.0.1:{fixture.Agent.Ports.Unused}").RunAsync("get", "app/x", "--timeout", "1s", "--output", "json");
        run.Exits(ExitCode.CouldNotRun).Document("error");
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_is_named()
    {
        var run = (await fixture.Process().RunAsync("get", "app/x", "--address", "https://127.0.0.1:1", "--ca-certificate", "/nowhere/ca.pem")).Exits(ExitCode.CouldNotRun);
        Assert.Contains("Config.CaFileUnreadable", run.Error, StringComparison.Ordinal);
        Assert.Contains("/nowhere/ca.pem", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_or_an_index_is_waited_for()
    {
        var key = AgentFixture.NewKey();
        var waiting = fixture.Process().RunAsync("get", key, "--wait-value", "soon", "--raw");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
        await fixture.Agent.PutKeyAsync(key, "soon", TestContext.Current.CancellationToken);

        Assert.Equal("soon", (await waiting).Exits(ExitCode.Healthy).Output);
        (await fixture.Process().RunAsync("get", key, "--wait-index", "1", "--consistency", "consistent")).Exits(ExitCode.Healthy);
        Assert.Contains("Key.WaitTimeout", (await fixture.Process().RunAsync("get", key, "--wait-value", "never", "--wait-timeout", "300ms")).Exits(ExitCode.Fault).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prefix", "a/", "--wait-index", "1")]
    [InlineData("a", "--wait-timeout", "1s")]
    [InlineData("a", "--wait-index", "-1")]
    [InlineData("a", "--wait-index", "18446744073709551616")]
    public async Task A_wait_that_cannot_be_is_a_usage_error(params string[] arguments) =>
        (await fixture.Process().RunAsync(["get", .. arguments])).Exits(ExitCode.Usage);
}
