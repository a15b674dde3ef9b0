using System.Text.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv diagnose</c> against a real agent, sound and broken.</summary>
public sealed class DiagnoseTests(AgentFixture fixture)
{
    [Fact]
    public async Task A_sound_agent_is_healthy()
    {
        var text = (await fixture.Process().RunAsync("diagnose", "app/x", "--value", "v")).Exits(ExitCode.Healthy).Output;
        Assert.Contains("HEALTHY", text, StringComparison.Ordinal);
        Assert.Contains("✓", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);

        var document = (await fixture.Process().RunAsync("diagnose", "app/x", "--output", "json")).Exits(ExitCode.Healthy).Document("diagnosis");
        Assert.Equal("Healthy", document.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("rootCause").ValueKind);
        Assert.Equal("app/x", document.GetProperty("key").GetString());
        Assert.NotEqual(0, document.GetProperty("probes").GetArrayLength());
        foreach (var probe in document.GetProperty("probes").EnumerateArray())
            foreach (var member in new[] { "probe", "layer", "status", "summary", "durationMs" }) Assert.True(probe.TryGetProperty(member, out _), member);
    }

    [Fact]
    public async Task Tls_with_the_right_authority_is_healthy() =>
        (await fixture.Process().RunAsync("diagnose", "app/x", "--address", fixture.Agent.HttpsAddress!.OriginalString, "--ca-certificate", fixture.AuthorityFile)).Exits(ExitCode.Healthy);

    [Fact]
    public async Task What_works_but_is_unsafe_is_degraded_unless_that_is_allowed()
    {
        string[] line = ["diagnose", "app/x", "--address", fixture.Agent.HttpsAddress!.OriginalString, "--skip-certificate-check", "--output", "json"];
        var document = (await fixture.Process().RunAsync(line)).Exits(ExitCode.Fault).Document("diagnosis");
        Assert.Equal("Degraded", document.GetProperty("verdict").GetString());
        (await fixture.Process().RunAsync([.. line, "--allow-degraded"])).Exits(ExitCode.Healthy);
    }

    [Theory]
    [InlineData("Limit.KvMaxValueSize", "--value-file", "LARGE")]
    [InlineData("Tcp.Refused", "--address", "http://127.0.0.1:UNUSED")]
    [InlineData("Http.TlsRequired", "--address", "http://127.0.0.1:HTTPS")]
    [InlineData("Tls.UnknownCa", "--address", "https://127.0.0.1:HTTPS")]
    [InlineData("Config.AddrSchemeUnknown", "--address", "ftp://127.0.0.1")]
    [InlineData("Config.TokenFileMissing", "--token-file", "/nowhere/token")]
    public async Task What_is_broken_is_named(string expected, string option, string value)
    {
        var large = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(large, new byte[600 * 1024], TestContext.Current.CancellationToken);
            value = value.Replace("LARGE", large, StringComparison.Ordinal)
                .Replace("UNUSED", $"{fixture.Agent.Ports.Unused}", StringComparison.Ordinal).Replace("HTTPS", $"{fixture.Agent.Ports.Https}", StringComparison.Ordinal);
            var document = (await fixture.Process().RunAsync("diagnose", "app/x", option, value, "--output", "json")).Exits(ExitCode.Fault).Document("diagnosis");
            var cause = document.GetProperty("rootCause");
            Assert.Equal(expected, cause.GetProperty("code").GetString());
            foreach (var member in new[] { "title", "cause", "remedy", "helpUri" }) Assert.NotEqual("", cause.GetProperty(member).GetString());
            Assert.Equal(JsonValueKind.Object, cause.GetProperty("evidence").ValueKind);
        }
        finally
        {
            File.Delete(large);
        }
    }

    [Fact]
    public async Task A_denied_write_is_named_and_nothing_was_changed()
    {
        var key = AgentFixture.NewKey();
        var text = (await fixture.ReadOnlyProcess().RunAsync("diagnose", key, "--value", "v")).Exits(ExitCode.Fault).Output;
        Assert.Contains("FAULTY", text, StringComparison.Ordinal);
        Assert.Contains("Acl.", text, StringComparison.Ordinal);
        // Commands are to be pasted, so they are never broken.
        Assert.All(text.Split('\n').Where(line => !line.Contains("  Run ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("consul ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 100, line));
        (await fixture.Process().RunAsync("diagnose", key, "--value", "v")).Exits(ExitCode.Healthy);
        Assert.Null(await fixture.Agent.GetKeyAsync(key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_canary_is_written_and_taken_away_again()
    {
        var prefix = AgentFixture.NewKey() + "/";
        var document = (await fixture.Process().RunAsync("diagnose", prefix + "x", "--canary", prefix, "--output", "json")).Exits(ExitCode.Healthy).Document("diagnosis");
        var canary = document.GetProperty("probes").EnumerateArray().Single(probe => probe.GetProperty("probe").GetString() == "Canary");
        Assert.Equal("Passed", canary.GetProperty("status").GetString());
        (await fixture.Process().RunAsync("get", "--prefix", prefix, "--names")).Exits(ExitCode.Fault);
    }

    [Fact]
    public async Task A_terminal_without_unicode_gets_ascii()
    {
        var run = await fixture.Process().With("LC_ALL", "C").RunAsync("diagnose", "app/ü");
        Assert.Contains("+ ", run.Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        Assert.True(System.Text.Ascii.IsValid(run.Bytes), run.Output);
        Assert.DoesNotContain("?", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_series_is_summed_up()
    {
        var document = (await fixture.Process().RunAsync("diagnose", "app/x", "--count", "2", "--interval", "10ms", "--output", "json")).Exits(ExitCode.Healthy).Document("series");
        Assert.Equal(2, document.GetProperty("healthy").GetInt32());
        Assert.Equal(2, document.GetProperty("diagnoses").GetArrayLength());
        Assert.Contains(document.GetProperty("probes").EnumerateArray(), row => row.GetProperty("name").GetString() == "Http" && row.GetProperty("p99Ms").GetDecimal() > 0);
        var text = (await fixture.Process().RunAsync("diagnose", "--count", "2", "--interval", "10ms", "--address", $"http://127.0.0.1:{fixture.Agent.Ports.Unused}")).Exits(ExitCode.Fault).Output;
        Assert.Contains("2 of 2 (100 %)  Tcp.Refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_at_once_where_it_is_healthy_and_with_its_time_where_it_is_not()
    {
        (await fixture.Process().RunAsync("diagnose", "--wait", "--timeout", "20s")).Exits(ExitCode.Healthy);
        (await fixture.Process().RunAsync("diagnose", "--wait", "--timeout", "2s", "--interval", "100ms", "--address", $"http://127.0.0.1:{fixture.Agent.Ports.Unused}")).Exits(ExitCode.Fault);
    }

    [Fact]
    public async Task An_idle_connection_is_tested()
    {
        var text = (await fixture.Process().RunAsync("diagnose", "app/x", "--idle-seconds", "1")).Exits(ExitCode.Healthy).Output;
        Assert.Contains("a connection survives 1 s of silence", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_since_a_saved_diagnosis_is_told()
    {
        var saved = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(saved, (await fixture.Process().RunAsync("diagnose", "app/x", "--output", "json")).Exits(ExitCode.Healthy).Output, TestContext.Current.CancellationToken);
            Assert.Matches("HEALTHY at .*, HEALTHY at ", (await fixture.Process().RunAsync("diagnose", "app/x", "--compare", saved)).Exits(ExitCode.Healthy).Output);
            var same = (await fixture.Process().RunAsync("diagnose", "app/x", "--compare", saved, "--output", "json")).Exits(ExitCode.Healthy).Document("comparison");
            // How fast it went is up to the machine.
            Assert.DoesNotContain(same.GetProperty("changes").EnumerateArray(), change => change.GetProperty("kind").GetString() != "Timing");

            var document = (await fixture.ReadOnlyProcess().RunAsync("diagnose", "app/x", "--compare", saved, "--output", "json")).Exits(ExitCode.Fault).Document("comparison");
            var first = document.GetProperty("changes")[0];
            Assert.Equal(("Setting", "Token"), (first.GetProperty("kind").GetString(), first.GetProperty("name").GetString()));
            Assert.Equal("diagnosis", document.GetProperty("diagnosis").GetProperty("document").GetString());
        }
        finally
        {
            File.Delete(saved);
        }
    }

    [Theory]
    [InlineData("--wait", "--count", "2")]
    [InlineData("--interval", "2s")]
    [InlineData("--wait", "--idle-seconds", "2")]
    [InlineData("--count", "0")]
    [InlineData("--idle-seconds", "86401")]
    [InlineData("--compare", "/nowhere/good.json")]
    public async Task What_contradicts_itself_is_refused(params string[] options) =>
        (await InProcess.RunAsync(["diagnose", .. options])).Exits(ExitCode.Usage);

    [Fact]
    public async Task As_another_process()
    {
        Assert.SkipWhen(LabProgram.WhyNot is not null, LabProgram.WhyNot ?? "");
        using var program = new LabProgram("", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{fixture.Agent.Ports.Unused}", ["CONSUL_HTTP_TOKEN"] = fixture.Agent.ManagementToken! });
        var run = (await fixture.Process().RunAsync("diagnose", "app/x", "--pid", $"{program.Id}", "--output", "json")).Exits(ExitCode.Fault);
        Assert.Equal("Tcp.Refused", run.Document("diagnosis").GetProperty("rootCause").GetProperty("code").GetString());
        Assert.DoesNotContain(fixture.Agent.ManagementToken!, run.Output, StringComparison.Ordinal);
        // What is said on the command line counts before the program's variables.
        (await fixture.Process().RunAsync("diagnose", "app/x", "--pid", $"{program.Id}", "--address", fixture.Agent.HttpAddress!.OriginalString)).Exits(ExitCode.Healthy);
    }

    [Fact]
    public async Task A_process_that_does_not_exist() =>
        Assert.Contains("no process", (await fixture.Process().RunAsync("diagnose", "--pid", "2147483647")).Exits(ExitCode.Usage).Error, StringComparison.Ordinal);
}
