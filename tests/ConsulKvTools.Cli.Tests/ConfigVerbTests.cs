namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv config</c>: which setting is in force, and who set it.</summary>
public sealed class ConfigVerbTests(AgentFixture fixture)
{
    [Fact]
    public async Task An_option_shadows_a_variable_and_the_token_is_masked()
    {
        var run = await fixture.Process().RunAsync("config", "--address", "http://127.0.0.1:8501", "--output", "json");
        var settings = run.Exits(ExitCode.Healthy).Document("configuration").GetProperty("settings").EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        Assert.Equal("--address", settings["Address"].GetProperty("source").GetString());
        Assert.Equal("CONSUL_HTTP_ADDR", settings["Address"].GetProperty("shadowed")[0].GetString());
        Assert.Equal("CONSUL_HTTP_TOKEN", settings["Token"].GetProperty("source").GetString());
        Assert.StartsWith("sha256:…", settings["Token"].GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_is_a_fault()
    {
        var run = (await fixture.Process().RunAsync("config", "--address", "ftp://x")).Exits(ExitCode.Fault);
        Assert.Contains("Config.AddrSchemeUnknown", run.Output, StringComparison.Ordinal);
        // Whoever has no PowerShell has no parameter -Address.
        Assert.DoesNotContain(" -Address", run.Output, StringComparison.Ordinal);
    }
}
