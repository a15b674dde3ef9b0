namespace ConsulKvTools.Cli.Tests;

/// <summary><c>consulkv test</c> walks the way to the agent.</summary>
public sealed class TestVerbTests(AgentFixture fixture)
{
    [Fact]
    public async Task A_sound_agent_is_reached()
    {
        Assert.Contains("✓ Reachable", (await fixture.Process().RunAsync("test")).Exits(ExitCode.Healthy).Output, StringComparison.Ordinal);
        var document = (await fixture.Process().RunAsync("test", "--output", "json")).Exits(ExitCode.Healthy).Document("connectivity");
        Assert.True(document.GetProperty("succeeded").GetBoolean());
    }

    [Fact]
    public async Task A_refusal_is_named()
    {
        var run = await fixture.Process().RunAsync("test", "--address", $"127.0.0.1:{fixture.Agent.Ports.Unused}", "--output", "json");
        var document = run.Exits(ExitCode.Fault).Document("connectivity");
        Assert.False(document.GetProperty("succeeded").GetBoolean());
        Assert.Equal("Tcp.Refused", document.GetProperty("rootCause").GetProperty("code").GetString());
        Assert.Equal("Transport", document.GetProperty("failedLayer").GetString());
    }
}
